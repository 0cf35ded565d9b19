// Replies of mail servers, the dialogue with one, and messages as they are sent.

#include "hub/mail/smtp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "hub/mail/address.hpp"
#include "hub/mail/message.hpp"
#include "hub/mail/server.hpp"
#include "hub/mail/webhook.hpp"

namespace vedette::hub::mail {
namespace {

using ::testing::HasSubstr;

SmtpJob job(bool starttls, std::string user = "ada") {
    return {.starttls = starttls,
            .name = "[192.0.2.1]",
            .user = std::move(user),
            .password = Secret(std::string_view("secret")),
            .from = "vedette@example.org",
            .to = "ada@example.org",
            .data = "Subject: x\r\n\r\n.dot\r\nend\r\n"};
}

SmtpReply reply_of(std::string_view text) {
    SmtpReader reader;
    reader.feed(text);
    auto reply = reader.next();
    EXPECT_TRUE(reply && *reply);
    return reply && *reply ? **reply : SmtpReply();
}

// What is said to each of the server's replies; "TLS" and "done" for what is no line.
std::vector<std::string> talk(SmtpJob what, std::initializer_list<std::string_view> replies) {
    SmtpDialogue dialogue(std::move(what));
    std::vector<std::string> said;
    for (const std::string_view text : replies) {
        auto action = dialogue.take(reply_of(text));
        if (!action) {
            said.push_back("! " + action.error().message);
            return said;
        }
        if (std::holds_alternative<SmtpDialogue::BeginTls>(*action)) {
            said.emplace_back("TLS");
            action = dialogue.tls_begun();
        }
        const auto* say = std::get_if<SmtpDialogue::Say>(&*action);
        said.emplace_back(say ? say->bytes.reveal_text() : "done");
    }
    return said;
}

TEST(Smtp, SaysNothingBeforeTlsAndThenHandsTheMessageOver) {
    const auto said = talk(job(true), {"220 mail\r\n", "250-mail\r\n250 STARTTLS\r\n", "220 go\r\n",
                                       "250-mail\r\n250-AUTH LOGIN PLAIN\r\n250 STARTTLS\r\n", "235 in\r\n",
                                       "250 ok\r\n", "250 ok\r\n", "354 go on\r\n", "250 queued\r\n"});
    const std::string plain = crypto::to_base64(as_bytes(std::string_view("\0ada\0secret", 11)));
    EXPECT_EQ(said,
              (std::vector<std::string>{"EHLO [192.0.2.1]\r\n", "STARTTLS\r\n", "TLS", "EHLO [192.0.2.1]\r\n",
                                        "AUTH PLAIN " + plain + "\r\n", "MAIL FROM:<vedette@example.org>\r\n",
                                        "RCPT TO:<ada@example.org>\r\n", "DATA\r\n",
                                        "Subject: x\r\n\r\n..dot\r\nend\r\n.\r\n", "done"}));
}

TEST(Smtp, WithoutStarttlsNothingIsSaid) {
    const auto said = talk(job(true), {"220 mail\r\n", "250-mail\r\n250 AUTH PLAIN\r\n"});
    EXPECT_THAT(said.back(), HasSubstr("it offers no encryption on this port"));
}

TEST(Smtp, SignsInByLoginWhereThatIsAllThereIs) {
    const auto said = talk(job(false), {"220 mail\r\n", "250-mail\r\n250 AUTH LOGIN\r\n",
                                        "334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n", "535 5.7.8 no\r\n"});
    EXPECT_EQ(said[1], "AUTH LOGIN\r\n");
    EXPECT_EQ(said[2], "YWRh\r\n");
    EXPECT_EQ(said[3], "c2VjcmV0\r\n");
    EXPECT_EQ(said[4], "! it refuses the user name or the password: 535 5.7.8 no");
    EXPECT_THAT(talk(job(false), {"220 mail\r\n", "250 mail\r\n"}).back(), HasSubstr("takes no user name"));
    EXPECT_EQ(talk(job(false, ""), {"220 mail\r\n", "250 mail\r\n"}).back(),
              "MAIL FROM:<vedette@example.org>\r\n");
}

TEST(Smtp, RefusalsAreToldInWords) {
    const auto refused = [](std::initializer_list<std::string_view> replies) {
        return talk(job(false, ""), replies).back();
    };
    EXPECT_EQ(refused({"554 go away\r\n"}), "! it does not talk to us: 554 go away");
    EXPECT_EQ(refused({"220 m\r\n", "250 m\r\n", "550 no\r\n"}),
              "! it takes no mail from vedette@example.org: 550 no");
    EXPECT_EQ(refused({"220 m\r\n", "250 m\r\n", "250 ok\r\n", "550-no such\r\n550 user\x1b\r\n"}),
              "! it takes no mail for ada@example.org: 550 no such user\\x1b");
    EXPECT_EQ(refused({"220 m\r\n", "250 m\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "452 full\r\n"}),
              "! it does not take the message: 452 full");
}

TEST(Smtp, RepliesAreReadWithinLimits) {
    SmtpReader reader;
    reader.feed("250-a\r\n25");
    EXPECT_FALSE(reader.next()->has_value());
    reader.feed("0 b\r\n220 next\r\n");
    const auto reply = reader.next();
    EXPECT_EQ((*reply)->lines, (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(reader.has_more());
    for (const std::string& bad : {std::string("HTTP/1.1 400\r\n"), std::string("250-a\r\n251 b\r\n"),
                                   std::string("99 x\r\n"), std::string(5'000, 'x')}) {
        SmtpReader other;
        other.feed(bad);
        EXPECT_FALSE(other.next().has_value()) << bad.substr(0, 20);
    }
    SmtpReader endless;
    for (int i = 0; i < 200; ++i) endless.feed("250-x\r\n");
    EXPECT_EQ(endless.next().error().kind, ErrorKind::exhausted);
}

TEST(MailAddress, IsPlainAndEndsNoLine) {
    for (const char* good : {"ada@example.org", "a.b+c@mail.example.org", "o'neil@host"})
        EXPECT_TRUE(is_address(good)) << good;
    for (const char* bad :
         {"", "ada", "@example.org", "ada@", "a b@example.org", "ada@exam ple.org", ".a@x.org", "a..b@x.org",
          "ada@x..org", "a<b@x.org", "ada@x.org\r\nRCPT TO:<eve@x.org>", "\xC3\xA4@x.org", "a\"b@x.org"})
        EXPECT_FALSE(is_address(bad)) << bad;
    EXPECT_FALSE(is_address(std::string(65, 'a') + "@x.org"));
}

TEST(MailMessage, IsWhatMailProgramsRead) {
    const std::string text = compose(
        {.to = "ada@example.org", .subject = "Caf\xC3\xA9 \xE2\x80\x9Cx\xE2\x80\x9D", .text = "One\n.\n"},
        "vedette@example.org", from_unix_seconds(1'800'000'000), "id");
    EXPECT_THAT(text, HasSubstr("Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n"));
    EXPECT_THAT(text, HasSubstr("From: Vedette <vedette@example.org>\r\n"));
    EXPECT_THAT(text, HasSubstr("Message-ID: <id@example.org>\r\n"));
    EXPECT_THAT(text, HasSubstr("Subject: =?utf-8?B?Q2Fmw6kg4oCceOKAnQ==?=\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\n\r\nT25lDQouDQo=\r\n"));  // One CRLF . CRLF
    for (const char c : text) EXPECT_TRUE(c == '\r' || c == '\n' || (c >= ' ' && c <= '~'));
}

TEST(MailServer, IsCheckedBeforeItIsUsed) {
    Server server;
    server.host = "mail.example.org";
    server.from = "vedette@example.org";
    EXPECT_TRUE(check(server).has_value());
    const auto fault = [](Server wrong) {
        const auto checked = check(wrong);
        return checked ? "" : checked.error().message.substr(0, checked.error().message.find(':'));
    };
    Server without_password = server.duplicate();
    without_password.user = "ada";
    EXPECT_EQ(fault(std::move(without_password)), "password");
    Server with_path = server.duplicate();
    with_path.host = "mail.example.org/x";
    EXPECT_EQ(fault(std::move(with_path)), "host");
    Server with_nonsense = server.duplicate();
    with_nonsense.authorities_pem = "no certificate";
    EXPECT_EQ(fault(std::move(with_nonsense)), "ca_pem");
}

TEST(Webhook, IsAnHttpsAddress) {
    const auto place = parse_webhook_url("https://sms.example.org/send?key=1");
    ASSERT_TRUE(place.has_value());
    EXPECT_EQ(place->host, "sms.example.org");
    EXPECT_EQ(place->port, 443);
    EXPECT_EQ(place->target, "/send?key=1");
    EXPECT_EQ(parse_webhook_url("https://[2001:db8::1]:8443")->host, "2001:db8::1");
    EXPECT_EQ(parse_webhook_url("https://[2001:db8::1]:8443")->port, 8443);
    EXPECT_EQ(parse_webhook_url("https://a?b")->target, "/?b");
    for (const char* bad :
         {"http://sms.example.org/", "https://", "https://a:0/", "https://a:70000/", "https://a:8x/",
          "https://u:p@a/", "https://a/#b", "https://a/ b", "https://[::1", "https://[::1]x/"})
        EXPECT_FALSE(parse_webhook_url(bad).has_value()) << bad;
    Webhook with_line;
    with_line.url = "https://a/";
    with_line.secret = Secret(std::string_view("a\r\nX: y"));
    EXPECT_THAT(check(with_line).error().message, HasSubstr("secret: "));
}

TEST(PhoneNumber, IsInternational) {
    EXPECT_EQ(normalise_phone_number("+49 (151) 234-567.89"), "+4915123456789");
    EXPECT_TRUE(is_phone_number("+4915123456789"));
    for (const char* bad : {"", "+", "015123456789", "+0151234567", "+49151x345678", "+12345678901234567"})
        EXPECT_FALSE(is_phone_number(bad)) << bad;
}

}  // namespace
}  // namespace vedette::hub::mail
