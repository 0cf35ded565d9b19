#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/digest.hpp"
#include "gateway/archive/s3_address.hpp"
#include "gateway/archive/s3_answers.hpp"

namespace vedette::archive {
namespace {

SigningKey example_key() {
    return {"AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "us-east-1"};
}

// The examples of the documentation of Amazon S3: "Authenticating Requests: Using the Authorization Header".
class SigV4Test : public testing::Test {
  protected:
    std::string sign(SignedRequest request) const {
        request.headers.emplace_back("x-amz-content-sha256", request.payload_sha256);
        request.headers.emplace_back("x-amz-date", amazon_date(now));
        const std::string value = authorization(request, example_key(), now);
        return value.substr(value.rfind('=') + 1);
    }
    UtcTime now = parse_rfc3339("2013-05-24T00:00:00Z").value();
    std::string nothing = to_hex(crypto::sha256({}));
};

TEST_F(SigV4Test, GetObject) {
    EXPECT_EQ(sign({.method = "GET",
                    .host = "examplebucket.s3.amazonaws.com",
                    .path = "/test.txt",
                    .query = {},
                    .headers = {{"range", "bytes=0-9"}},
                    .payload_sha256 = nothing}),
              "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_F(SigV4Test, PutObject) {
    EXPECT_EQ(sign({.method = "PUT",
                    .host = "examplebucket.s3.amazonaws.com",
                    .path = "/test$file.text",
                    .query = {},
                    .headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                    .payload_sha256 = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"}),
              "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_F(SigV4Test, ListObjects) {
    EXPECT_EQ(sign({.method = "GET",
                    .host = "examplebucket.s3.amazonaws.com",
                    .path = "/",
                    .query = {{"prefix", "J"}, {"max-keys", "2"}},
                    .headers = {},
                    .payload_sha256 = nothing}),
              "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_F(SigV4Test, TargetsAreEncoded) {
    EXPECT_EQ(target_of({.method = "GET",
                         .host = "h",
                         .path = "/b/a b$",
                         .query = {{"prefix", "a/b"}, {"list-type", "2"}},
                         .headers = {},
                         .payload_sha256 = ""}),
              "/b/a%20b%24?list-type=2&prefix=a%2Fb");
}

TEST(S3Address, ReadsWhatIsOne) {
    EXPECT_EQ(parse_s3_address("s3://a.example/bucket").value(), (S3Address{"a.example", 443, "bucket", ""}));
    EXPECT_EQ(parse_s3_address("s3://a.example:9000/bucket/x/y").value(),
              (S3Address{"a.example", 9000, "bucket", "x/y"}));
    for (const char* bad :
         {"", "s3://", "s3://a", "s3://a/", "s3:///bucket", "s3://a:0/bucket", "s3://a:x/bucket",
          "s3://a/Bucket", "s3://a/bu", "s3://a/bucket/", "s3://a/bucket//x", "s3://a/bucket/../x",
          "http://a/bucket", "s3://a/bucket/x y", "s3://u@a/bucket"})
        EXPECT_EQ(parse_s3_address(bad).error().kind, ErrorKind::invalid_input) << bad;
}

TEST(S3Settings, SecretsAreReadAndNotTold) {
    const auto settings = parse_s3_settings(
        "# of the archive\naccess_key = A\n secret_key=geheim\nregion = eu\nauthorities = /a b\n");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->key.access_key, "A");
    EXPECT_EQ(settings->key.secret_key.reveal_text(), "geheim");
    EXPECT_EQ(settings->key.region, "eu");
    EXPECT_EQ(settings->authorities, "/a b");
    EXPECT_EQ(parse_s3_settings("access_key = A\nsecret_key = b")->key.region, "us-east-1");
    for (const char* bad : {"", "access_key = A", "access_key = A\nsecret_key = ", "geheim"}) {
        const auto refused = parse_s3_settings(bad);
        ASSERT_FALSE(refused) << bad;
        EXPECT_FALSE(refused.error().message.contains("geheim"));
    }
}

TEST(S3Answers, ListsAndErrors) {
    const auto listing = parse_listing(
        "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<IsTruncated>true</IsTruncated><Contents><Key>media/a&amp;b.seg</Key></Contents>"
        "<NextContinuationToken>t</NextContinuationToken></ListBucketResult>");
    ASSERT_TRUE(listing);
    const vault::StoredObject expected{"media/a&b.seg", UtcTime::max()};
    EXPECT_EQ(listing->objects, std::vector{expected});
    EXPECT_EQ(listing->next, "t");
    for (const char* bad : {"", "x", "<Error/>", "<ListBucketResult><Contents/></ListBucketResult>",
                            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"})
        EXPECT_EQ(parse_listing(bad).error().kind, ErrorKind::corrupt) << bad;
    EXPECT_EQ(error_words("<Error><Code>AccessDenied</Code><Message>no\n</Message></Error>"),
              "AccessDenied: no ");
    EXPECT_EQ(error_words("x"), "");
    EXPECT_EQ(parse_content_range("bytes 0-0/1234").value(), 1234u);
    EXPECT_FALSE(parse_content_range("bytes 0-0/*"));
}

}  // namespace
}  // namespace vedette::archive
