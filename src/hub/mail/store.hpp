#pragma once
// The mail server, as it is remembered. Blocking; one thread at a time.

#include <filesystem>
#include <optional>

#include "hub/mail/server.hpp"
#include "hub/mail/webhook.hpp"
#include "hub/sealing/column_sealer.hpp"
#include "store/database.hpp"

namespace vedette::hub::mail {

class Store {
  public:
    /// DATA/hub/mail.db; the password is sealed under DATA/hub/data.key. Errors as store::Database::open()
    /// and crypto::load_or_make_key().
    static Result<Store> open(const std::filesystem::path& hub);

    /// nullopt: none was named. A password that can't be opened is left out, and a warning logged.
    Result<std::optional<Server>> load();
    Result<> save(const Server& server);
    Result<> remove();
    /// The same of the webhook for short messages.
    Result<std::optional<Webhook>> load_webhook();
    Result<> save(const Webhook& webhook);
    Result<> remove_webhook();

  private:
    Store(store::Database database, sealing::ColumnSealer sealer)
        : database_(std::move(database)), sealer_(std::move(sealer)) {}
    store::Database database_;
    sealing::ColumnSealer sealer_;
};

}  // namespace vedette::hub::mail
