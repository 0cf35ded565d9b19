#pragma once
// Reading a backup file from its beginning to its end, and what has to be right in it. Blocking.

#include <filesystem>

#include "backup/header.hpp"
#include "backup/parts.hpp"
#include "base/file.hpp"

namespace vedette::keystore {
class Secrets;
}

namespace vedette::backup {

/// What a backup holds, once all of it was read and found right.
struct Contents {
    UtcTime made_at;
    std::uint64_t file_size = 0;
    std::size_t files = 0;
    std::size_t databases = 0;  ///< of the files; SQLite found each of them whole
    /// Of the log of the recordings, which hash to its signed checkpoint; nullopt when `log_fault` says why.
    std::optional<std::uint64_t> log_entries;
    std::string log_fault;  ///< a sentence without its point
};

/// Gets the parts in their order. An error of it ends the reading.
class Receiver {
  public:
    virtual ~Receiver() = default;
    virtual Result<> folder(const Part& part) = 0;
    virtual Result<> begin_file(const Part& part) = 0;
    virtual Result<> write(ByteView bytes) = 0;
    virtual Result<> end_file() = 0;
};

class Archive {
  public:
    /// Reads the header and asks for the passphrase. unauthenticated when it is wrong.
    static Result<Archive> open(const std::filesystem::path& file, keystore::Secrets& secrets);
    /// For who has the key already.
    static Result<Archive> open(const std::filesystem::path& file, Secret key);

    /// Everything in it, checked as it comes: what the receiver got counts only when this ends well. corrupt
    /// when anything is not as it was written, or a database is damaged.
    Result<Contents> read(Receiver* receiver = nullptr) const;
    UtcTime made_at() const { return header_.made_at; }

  private:
    static Result<Archive> open_header(const std::filesystem::path& file);
    Result<Contents> read_all(Receiver* receiver) const;
    std::filesystem::path path_;
    File file_;
    Header header_;
    Secret key_;
};

}  // namespace vedette::backup
