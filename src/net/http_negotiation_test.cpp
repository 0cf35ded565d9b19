#include "net/http_negotiation.hpp"

#include <gtest/gtest.h>

namespace vedette::net {
namespace {

TEST(AcceptsCoding, ByNameByWildcardAndByWeight) {
    for (const char* value : {"gzip", "GZip", "deflate, gzip, br", " gzip ;q=0.5", "gzip;q=1.000", "*",
                              "br, *;q=0.1", "*;q=0, gzip", "gzip; q=0.001", "gzip;level=9"})
        EXPECT_TRUE(accepts_coding(value, "gzip")) << value;
    for (const char* value : {"", "identity", "gzip;q=0", "gzip;q=0.000", "gzip;q=", "gzip;q=2",
                              "gzip;q=0.1x", "*;q=0", "gzip;q=0, *", "xgzip", "gzip2", ",;,=", "br"})
        EXPECT_FALSE(accepts_coding(value, "gzip")) << value;
}

TEST(MatchesEtag, AnyOfAListWeakOrStrong) {
    for (const char* value : {"\"a\"", "W/\"a\"", "\"b\", \"a\"", "\"b\",W/\"a\" ", "*"})
        EXPECT_TRUE(matches_etag(value, "\"a\"")) << value;
    for (const char* value : {"", "a", "\"ab\"", "\"b\"", "w/\"a\"", "\"a", "**"})
        EXPECT_FALSE(matches_etag(value, "\"a\"")) << value;
}

}  // namespace
}  // namespace vedette::net
