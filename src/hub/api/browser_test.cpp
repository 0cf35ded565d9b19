// What browsers need: pages and their parts, who may ask from where, refusals in words.

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/circumstances.hpp"
#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

using testing::body_of;
using ::testing::HasSubstr;
using testing::header_of;
using ::testing::Not;
using testing::TestSite;

TEST(Origin, IsJudgedByWhatBrowsersSay) {
    struct Case {
        std::vector<net::Header> headers;
        policy::Origin expected;
    };
    const std::vector<Case> cases = {
        {{}, policy::Origin::no_browser},
        {{{"Sec-Fetch-Site", "same-origin"}}, policy::Origin::same},
        {{{"Sec-Fetch-Site", "none"}}, policy::Origin::same},
        {{{"Sec-Fetch-Site", "same-site"}}, policy::Origin::cross},
        {{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://a"}, {"Host", "a"}}, policy::Origin::cross},
        {{{"Origin", "https://a:8443"}, {"Host", "A:8443"}}, policy::Origin::same},
        {{{"Origin", "https://a:443"}, {"Host", "a"}}, policy::Origin::same},
        {{{"Origin", "http://a:8443"}, {"Host", "a:8443"}}, policy::Origin::cross},
        {{{"Origin", "https://a.evil"}, {"Host", "a"}}, policy::Origin::cross},
        {{{"Origin", "null"}, {"Host", "a"}}, policy::Origin::cross},
        {{{"Origin", "https://"}}, policy::Origin::cross},
    };
    for (const Case& c : cases) {
        net::Request request;
        request.headers = c.headers;
        EXPECT_EQ(origin_of(request), c.expected);
    }
}

TEST(WebClient, EachPageHasItsOwnNonceAndAssetsMayBeKept) {
    TestSite site;
    const auto page = site.send(net::Method::get, "/cameras");
    const std::string csp = header_of(page, "Content-Security-Policy");
    // default-src 'none' counts for object-src, and for whatever comes to be later.
    for (const char* directive : {"default-src 'none';", "script-src 'self';", "connect-src 'self';",
                                  "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"})
        EXPECT_THAT(csp, HasSubstr(directive));
    EXPECT_THAT(body_of(page), Not(HasSubstr("__CSP_NONCE__")));
    const auto at = csp.find("'nonce-") + 7;
    EXPECT_THAT(body_of(page), HasSubstr(csp.substr(at, csp.find('\'', at) - at)));
    EXPECT_NE(csp, header_of(site.send(net::Method::get, "/"), "Content-Security-Policy"));
    EXPECT_EQ(header_of(page, "Cache-Control"), "no-store");
    EXPECT_THAT(header_of(site.send(net::Method::get, "/assets/a-1.js"), "Cache-Control"),
                HasSubstr("immutable"));
}

TEST(WebClient, AssetsComeCompressedToWhoTakesItEachFormWithItsOwnTag) {
    TestSite site;
    const auto get = [&](std::vector<net::Header> headers) {
        net::Request request;
        request.path = "/assets/a-1.js";
        request.headers = std::move(headers);
        return site.send(std::move(request));
    };
    const auto plain = get({{"Accept-Encoding", "br, gzip;q=0"}});
    EXPECT_EQ(body_of(plain), "let a=1");
    EXPECT_EQ(header_of(plain, "ETag"), "\"e\"");
    EXPECT_EQ(header_of(plain, "Content-Encoding"), "");
    EXPECT_EQ(header_of(plain, "Vary"), "Accept-Encoding") << "caches must know of the other form";

    const auto compressed = get({{"Accept-Encoding", "gzip, deflate, br, zstd"}});
    EXPECT_EQ(body_of(compressed), "(compressed)");
    EXPECT_EQ(header_of(compressed, "ETag"), "\"z\"");
    EXPECT_EQ(header_of(compressed, "Content-Encoding"), "gzip");
    EXPECT_EQ(header_of(compressed, "Content-Type"), "text/javascript");
    EXPECT_EQ(header_of(compressed, "Vary"), "Accept-Encoding");

    const auto known = get({{"Accept-Encoding", "gzip"}, {"If-None-Match", "\"x\", W/\"z\""}});
    EXPECT_EQ(known.status, 304u);
    EXPECT_EQ(body_of(known), "");
    EXPECT_EQ(header_of(known, "ETag"), "\"z\"");
    EXPECT_EQ(header_of(known, "Vary"), "Accept-Encoding");
    EXPECT_EQ(get({{"If-None-Match", "\"z\""}}).status, 200u) << "the tag of the other form";
}

TEST(Refusals, OfTheServerItselfAreProblemDocumentsToo) {
    for (const unsigned status : {400u, 413u, 431u, 500u}) {
        const auto response = refusal(status, "The path has a \"..\" segment");
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(header_of(response, "Content-Type"), "application/problem+json");
        EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff");
        const auto json = boost::json::parse(body_of(response)).as_object();
        EXPECT_EQ(json.at("status").as_int64(), status);
        EXPECT_EQ(json.at("detail").as_string(), "The path has a \"..\" segment");
        EXPECT_FALSE(json.at("title").as_string().empty());
        EXPECT_TRUE(json.at("type").as_string().starts_with("urn:vedette:problem:"));
    }
}

}  // namespace
}  // namespace vedette::hub::api
