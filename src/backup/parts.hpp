#pragma once
// What a backup consists of: folders and files, one after another, and behind them a manifest with the
// SHA-256 of each (docs/ref/backup-format.md). No I/O of its own.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/digest.hpp"

namespace vedette::backup {

inline constexpr std::size_t max_name_size = 512;  ///< bytes
inline constexpr std::size_t max_depth = 16;       ///< folders in a name
inline constexpr std::size_t max_parts = 4'000'000;

struct Part {
    std::string name;  ///< below the data directory, with slashes
    bool is_folder = false;
    unsigned mode = 0;  ///< within 0750
    std::uint64_t size = 0;
    crypto::Sha256Digest digest{};  ///< of a file, once it was written or read to its end
    friend bool operator==(const Part&, const Part&) = default;
};

/// Printable ASCII without backslashes; no part is empty, "." or "..".
bool is_part_name(std::string_view name);

class PartWriter {
  public:
    using Sink = std::function<Result<>(ByteView)>;
    explicit PartWriter(Sink sink) : sink_(std::move(sink)) {}

    Result<> folder(const std::string& name, unsigned mode);
    /// Begins a file of `size` bytes, which follow by write().
    Result<> begin_file(const std::string& name, unsigned mode, std::uint64_t size);
    Result<> write(ByteView bytes);
    /// internal when fewer bytes were written than was said.
    Result<> end_file();
    Result<> file(const std::string& name, unsigned mode, ByteView bytes);
    /// The manifest.
    Result<> finish();

    const std::vector<Part>& parts() const { return parts_; }

  private:
    Result<> head(Part part);
    Sink sink_;
    std::vector<Part> parts_;
    std::uint64_t left_ = 0;
    crypto::Sha256 digest_;
};

/// Reads foreign bytes: everything has a limit, and corrupt says where it ends.
class PartReader {
  public:
    /// Fills as much of its argument as there is; less only at the end.
    using Source = std::function<Result<std::size_t>(std::span<std::byte>)>;
    explicit PartReader(Source source) : source_(std::move(source)) {}

    /// The next folder or file; skips what was not read of the one before. nullopt at the end: the manifest
    /// was read, and says what was read.
    Result<std::optional<Part>> next();
    /// The next bytes of the file; 0 at its end.
    Result<std::size_t> read(std::span<std::byte> out);

    const std::vector<Part>& parts() const { return parts_; }

  private:
    Result<Bytes> take(std::size_t size);
    Result<std::string> take_name();
    Result<> end_file();
    Result<> check_manifest();
    Source source_;
    std::vector<Part> parts_;
    std::uint64_t left_ = 0;
    bool in_file_ = false;
    crypto::Sha256 digest_;
};

}  // namespace vedette::backup
