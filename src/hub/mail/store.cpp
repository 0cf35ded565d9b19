#include "hub/mail/store.hpp"

#include <array>

#include "base/log.hpp"

namespace vedette::hub::mail {

namespace {

constexpr std::array<store::Migration, 2> migrations = {R"sql(
CREATE TABLE server (
    only_one        INTEGER PRIMARY KEY CHECK (only_one = 1),
    host            TEXT NOT NULL,
    port            INTEGER NOT NULL,
    security        TEXT NOT NULL,
    from_address    TEXT NOT NULL,
    user            TEXT NOT NULL,
    password_sealed BLOB,           -- under hub/data.key
    authorities_pem TEXT NOT NULL
) STRICT;
)sql",
                                                        R"sql(
CREATE TABLE webhook (
    only_one        INTEGER PRIMARY KEY CHECK (only_one = 1),
    url_sealed      BLOB NOT NULL,  -- under hub/data.key: some have a secret within
    secret_sealed   BLOB,           -- under hub/data.key
    authorities_pem TEXT NOT NULL
) STRICT;
)sql"};

constexpr sealing::Place secret_place{.table = "mail.webhook", .column = "secret", .row = {}};
constexpr sealing::Place url_place{.table = "mail.webhook", .column = "url", .row = {}};

constexpr sealing::Place password_place{.table = "mail.server", .column = "password", .row = {}};

}  // namespace

Result<Store> Store::open(const std::filesystem::path& hub) {
    VEDETTE_TRY(auto sealer, sealing::ColumnSealer::open(hub / "data.key"));
    VEDETTE_TRY(auto database, store::Database::open(hub / "mail.db", migrations));
    // A password that was replaced is overwritten.
    VEDETTE_CHECK(database.execute("PRAGMA secure_delete=ON;"));
    return Store(std::move(database), std::move(sealer));
}

Result<std::optional<Server>> Store::load() {
    VEDETTE_TRY(auto row, database_.prepare("SELECT host, port, security, from_address, user, "
                                            "password_sealed, authorities_pem FROM server"));
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    Server server;
    server.host = row.text(0);
    server.port = static_cast<std::uint16_t>(row.int64(1));
    const auto security = parse_security(row.text(2));
    if (!security)
        return fail(ErrorKind::unsupported, "hub/mail.db was made by a newer version of this program");
    server.security = *security;
    server.from = row.text(3);
    server.user = row.text(4);
    server.authorities_pem = row.text(6);
    if (row.is_null(5)) return server;
    if (auto password = sealer_.unseal(password_place, row.blob(5))) {
        server.password = Secret(ByteView(*password));
        wipe(*password);
    } else {
        log::warn("the password for the mail server can't be opened: {}", password.error().message);
    }
    return server;
}

Result<> Store::save(const Server& server) {
    std::optional<Bytes> password;
    if (!server.password.empty()) password = sealer_.seal(password_place, server.password.reveal());
    return database_.run(
        "REPLACE INTO server (only_one, host, port, security, from_address, user, "
        "password_sealed, authorities_pem) VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        server.host, server.port, to_string(server.security), server.from, server.user, password,
        server.authorities_pem);
}

Result<> Store::remove() {
    return database_.run("DELETE FROM server");
}

Result<std::optional<Webhook>> Store::load_webhook() {
    VEDETTE_TRY(auto row,
                database_.prepare("SELECT url_sealed, secret_sealed, authorities_pem FROM webhook"));
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    Webhook webhook;
    const auto url = sealer_.unseal(url_place, row.blob(0));
    if (!url) {
        log::warn("the address of the SMS server can't be opened: {}", url.error().message);
        return std::nullopt;
    }
    webhook.url = as_text(*url);
    webhook.authorities_pem = row.text(2);
    if (row.is_null(1)) return webhook;
    if (auto secret = sealer_.unseal(secret_place, row.blob(1))) {
        webhook.secret = Secret(ByteView(*secret));
        wipe(*secret);
    } else {
        log::warn("the secret for the SMS server can't be opened: {}", secret.error().message);
    }
    return webhook;
}

Result<> Store::save(const Webhook& webhook) {
    std::optional<Bytes> secret;
    if (!webhook.secret.empty()) secret = sealer_.seal(secret_place, webhook.secret.reveal());
    return database_.run(
        "REPLACE INTO webhook (only_one, url_sealed, secret_sealed, authorities_pem) VALUES (1, ?, ?, ?)",
        sealer_.seal(url_place, as_bytes(webhook.url)), secret, webhook.authorities_pem);
}

Result<> Store::remove_webhook() {
    return database_.run("DELETE FROM webhook");
}

}  // namespace vedette::hub::mail
