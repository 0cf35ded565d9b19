#pragma once
// Looks at the files of a backup as they pass by: databases must be whole, and the log's entries must hash to
// its signed checkpoint. No I/O.

#include "backup/parts.hpp"
#include "crypto/merkle.hpp"

namespace vedette::backup {

class ContentCheck {
  public:
    void begin(const Part& part);
    void take(ByteView bytes);
    /// corrupt: the file is a database, and damaged.
    Result<> end();

    std::size_t databases() const { return databases_; }
    /// The log's entries once all files were seen; corrupt when they are not those that were signed.
    Result<std::uint64_t> log_entries() const;

  private:
    Result<> add_bundle(std::size_t width);
    Part part_;
    Bytes bytes_;  // of the file, when it is looked at
    bool looks_ = false;
    std::size_t databases_ = 0;
    std::string checkpoint_;
    std::string vkey_;
    crypto::MerkleFrontier frontier_;
    std::optional<Error> bundle_error_;
};

}  // namespace vedette::backup
