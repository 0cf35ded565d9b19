#include "hub/mail/delivery.hpp"

#include <array>
#include <climits>

#include <unistd.h>

#include "hub/mail/smtp.hpp"
#include "net/tcp.hpp"
#include "net/timeout.hpp"

namespace vedette::hub::mail {

namespace {

// What this machine calls itself; servers that check it want a name with a dot, or an address literal.
std::string own_name(const net::TcpStream& stream) {
    char name[HOST_NAME_MAX + 1] = {};
    if (::gethostname(name, HOST_NAME_MAX) == 0)
        if (const std::string_view text = name;
            text.find('.') != std::string_view::npos &&
            text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
                std::string_view::npos)
            return std::string(text);
    const std::string address = stream.local_address();
    return address.find(':') == std::string::npos ? fmt::format("[{}]", address)
                                                  : fmt::format("[IPv6:{}]", address);
}

struct Line {
    net::TcpStream stream;
    SmtpReader reader{};

    net::Awaitable<Result<SmtpReply>> reply() {
        for (;;) {
            VEDETTE_CO_TRY(auto whole, reader.next());
            if (whole) co_return std::move(*whole);
            std::array<std::byte, 4096> buffer;
            auto reading = stream.read_some(buffer);
            VEDETTE_CO_TRY(const std::size_t got, co_await std::move(reading));
            reader.feed(as_text(ByteView(buffer).first(got)));
        }
    }
};

net::Awaitable<Result<>> begin_tls(Line& line, const Server& server,
                                   std::shared_ptr<const net::TlsClientContext> trust,
                                   std::chrono::nanoseconds limit) {
    // What came before TLS began may be somebody else's (CVE-2011-0411).
    if (line.reader.has_more())
        co_return fail(ErrorKind::corrupt, "it goes on without encryption after STARTTLS");
    auto shaking = line.stream.start_tls(server.host, limit, std::move(trust));
    const auto peer = co_await std::move(shaking);
    if (!peer) co_return std::unexpected(peer.error());
    co_return Result<>();
}

net::Awaitable<Result<>> hand_over(Server server, std::string to, std::string data,
                                   std::chrono::nanoseconds limit) {
    VEDETTE_CO_TRY(const auto trust, server.trust());
    auto connecting = net::connect_tcp(server.host, server.port, limit, net::Towards::server);
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(connecting));
    Line line{.stream = std::move(stream)};
    if (server.security == Security::tls) {
        auto beginning = begin_tls(line, server, trust, limit);
        VEDETTE_CO_CHECK(co_await std::move(beginning));
    }
    SmtpDialogue dialogue({.starttls = server.security == Security::starttls,
                           .name = own_name(line.stream),
                           .user = server.user,
                           .password = server.password.duplicate(),
                           .from = server.from,
                           .to = std::move(to),
                           .data = std::move(data)});
    for (;;) {
        auto listening = line.reply();
        VEDETTE_CO_TRY(const SmtpReply reply, co_await std::move(listening));
        VEDETTE_CO_TRY(SmtpDialogue::Action action, dialogue.take(reply));
        if (std::holds_alternative<SmtpDialogue::BeginTls>(action)) {
            auto beginning = begin_tls(line, server, trust, limit);
            VEDETTE_CO_CHECK(co_await std::move(beginning));
            action = dialogue.tls_begun();
        }
        if (std::holds_alternative<SmtpDialogue::Done>(action)) break;
        const auto& say = std::get<SmtpDialogue::Say>(action);
        auto writing = line.stream.write_all(say.bytes.reveal());
        VEDETTE_CO_CHECK(co_await std::move(writing));
    }
    // It has the message; whether it hears the farewell does not matter.
    constexpr std::string_view farewell = "QUIT\r\n";
    auto leaving = line.stream.write_all(as_bytes(farewell));
    (void)co_await std::move(leaving);
    co_return Result<>();
}

}  // namespace

net::Awaitable<Result<>> deliver(Server server, std::string to, std::string data,
                                 std::chrono::nanoseconds limit) {
    const std::string where = server.where();
    std::string late = fmt::format("it has not taken the message within {} s",
                                   std::chrono::duration_cast<std::chrono::seconds>(limit).count());
    auto handing = hand_over(std::move(server), std::move(to), std::move(data), limit);
    auto limited = net::with_timeout(limit, std::move(late), std::move(handing));
    const auto handed = co_await std::move(limited);
    if (!handed) co_return fail(handed.error().kind, "The mail server {}: {}", where, handed.error().message);
    co_return Result<>();
}

}  // namespace vedette::hub::mail
