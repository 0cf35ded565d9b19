#pragma once
// What the stream of audit entries has to remember: where to, and how far it came. Blocking; one thread at a
// time.

#include <filesystem>
#include <optional>

#include "hub/sealing/column_sealer.hpp"
#include "hub/syslog/target.hpp"
#include "store/database.hpp"

namespace vedette::hub::syslog {

struct Stored {
    Target target;
    std::uint64_t next = 0;  ///< sequence number of the first entry that the server may not have
};

class Store {
  public:
    /// DATA/hub/syslog.db; the private key of a target is sealed under DATA/hub/data.key. Errors as
    /// store::Database::open() and crypto::load_or_make_key().
    static Result<Store> open(const std::filesystem::path& hub);

    /// nullopt: nothing is sent. A private key that can't be opened is left out, and a warning logged.
    Result<std::optional<Stored>> load();
    Result<> save(const Target& target, std::uint64_t next);
    Result<> save_next(std::uint64_t next);
    Result<> remove();

  private:
    Store(store::Database database, sealing::ColumnSealer sealer)
        : database_(std::move(database)), sealer_(std::move(sealer)) {}
    store::Database database_;
    sealing::ColumnSealer sealer_;
};

}  // namespace vedette::hub::syslog
