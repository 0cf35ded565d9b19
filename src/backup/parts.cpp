#include "backup/parts.hpp"

#include <algorithm>

namespace vedette::backup {

namespace {

enum class Kind : std::uint8_t { end = 0, file = 1, folder = 2 };
constexpr unsigned mode_mask = 0750;

Bytes manifest_of(const std::vector<Part>& parts) {
    ByteWriter writer;
    writer.u32(static_cast<std::uint32_t>(parts.size()));
    for (const Part& part : parts) {
        writer.u8(static_cast<std::uint8_t>(part.is_folder ? Kind::folder : Kind::file));
        writer.u16(static_cast<std::uint16_t>(part.name.size())).text(part.name);
        writer.u16(static_cast<std::uint16_t>(part.mode)).u64(part.size).bytes(part.digest);
    }
    return std::move(writer).finish();
}

}  // namespace

bool is_part_name(std::string_view name) {
    if (name.empty() || name.size() > max_name_size || name.front() == '/' || name.back() == '/')
        return false;
    std::size_t depth = 0;
    while (!name.empty()) {
        const std::size_t slash = name.find('/');
        const std::string_view one = name.substr(0, slash);
        const bool is_printable =
            std::ranges::all_of(one, [](char c) { return c > ' ' && c < 127 && c != '\\'; });
        if (one.empty() || one == "." || one == ".." || !is_printable || ++depth > max_depth) return false;
        name = slash == std::string_view::npos ? std::string_view() : name.substr(slash + 1);
    }
    return true;
}

// ------------------------------------------------------------------------------------------------- writing

Result<> PartWriter::head(Part part) {
    if (!is_part_name(part.name))
        return fail(ErrorKind::invalid_input, "a file has a name that a backup can't hold: {}", part.name);
    if (parts_.size() == max_parts) return fail(ErrorKind::exhausted, "more than {} files", max_parts);
    ByteWriter writer;
    writer.u8(static_cast<std::uint8_t>(part.is_folder ? Kind::folder : Kind::file));
    writer.u16(static_cast<std::uint16_t>(part.name.size())).text(part.name);
    writer.u16(static_cast<std::uint16_t>(part.mode)).u64(part.size);
    left_ = part.size;
    parts_.push_back(std::move(part));
    return sink_(writer.view());
}

Result<> PartWriter::folder(const std::string& name, unsigned mode) {
    return head({.name = name, .is_folder = true, .mode = mode & mode_mask});
}

Result<> PartWriter::begin_file(const std::string& name, unsigned mode, std::uint64_t size) {
    return head({.name = name, .mode = mode & mode_mask, .size = size});
}

Result<> PartWriter::write(ByteView bytes) {
    if (bytes.size() > left_) return fail(ErrorKind::internal, "{} grew", parts_.back().name);
    left_ -= bytes.size();
    digest_.update(bytes);
    return sink_(bytes);
}

Result<> PartWriter::end_file() {
    if (left_ > 0)
        return fail(ErrorKind::internal, "{} became shorter while it was read", parts_.back().name);
    parts_.back().digest = digest_.finish();
    return {};
}

Result<> PartWriter::file(const std::string& name, unsigned mode, ByteView bytes) {
    VEDETTE_CHECK(begin_file(name, mode, bytes.size()));
    VEDETTE_CHECK(write(bytes));
    return end_file();
}

Result<> PartWriter::finish() {
    const std::byte end{};
    VEDETTE_CHECK(sink_(ByteView(&end, 1)));
    return sink_(manifest_of(parts_));
}

// ------------------------------------------------------------------------------------------------- reading

Result<Bytes> PartReader::take(std::size_t size) {
    Bytes bytes(size);
    VEDETTE_TRY(const std::size_t got, source_(bytes));
    if (got != size) return fail(ErrorKind::corrupt, "it ends too early");
    return bytes;
}

Result<std::string> PartReader::take_name() {
    VEDETTE_TRY(const Bytes size, take(2));
    const std::size_t length = ByteReader(size).u16();
    if (length > max_name_size) return fail(ErrorKind::corrupt, "a name in it is too long");
    VEDETTE_TRY(const Bytes name, take(length));
    if (!is_part_name(as_text(name))) return fail(ErrorKind::corrupt, "a name in it is none");
    return std::string(as_text(name));
}

Result<> PartReader::end_file() {
    Bytes skipped(16 * 1024);
    while (in_file_) VEDETTE_CHECK(read(skipped));
    return {};
}

Result<std::optional<Part>> PartReader::next() {
    VEDETTE_CHECK(end_file());
    VEDETTE_TRY(const Bytes kind, take(1));
    if (kind[0] == static_cast<std::byte>(Kind::end)) {
        VEDETTE_CHECK(check_manifest());
        return std::nullopt;
    }
    Part part;
    part.is_folder = kind[0] == static_cast<std::byte>(Kind::folder);
    if (!part.is_folder && kind[0] != static_cast<std::byte>(Kind::file))
        return fail(ErrorKind::corrupt, "it has a part of an unknown kind");
    if (parts_.size() == max_parts) return fail(ErrorKind::corrupt, "it has more than {} parts", max_parts);
    VEDETTE_TRY(part.name, take_name());
    VEDETTE_TRY(const Bytes numbers, take(10));
    ByteReader reader(numbers);
    part.mode = reader.u16();
    part.size = reader.u64();
    if ((part.mode & ~mode_mask) != 0 || (part.is_folder && part.size != 0))
        return fail(ErrorKind::corrupt, "{} in it has a mode or a size that can't be", part.name);
    in_file_ = !part.is_folder;
    left_ = part.size;
    parts_.push_back(part);
    return part;
}

Result<std::size_t> PartReader::read(std::span<std::byte> out) {
    if (!in_file_) return std::size_t{0};
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
    if (wanted > 0) {
        VEDETTE_TRY(const std::size_t got, source_(out.first(wanted)));
        if (got != wanted) return fail(ErrorKind::corrupt, "it ends too early");
        digest_.update(out.first(wanted));
        left_ -= wanted;
    }
    if (left_ == 0) {
        parts_.back().digest = digest_.finish();
        in_file_ = false;
    }
    return wanted;
}

Result<> PartReader::check_manifest() {
    VEDETTE_TRY(const Bytes manifest, take(manifest_of(parts_).size()));
    if (!std::ranges::equal(manifest, manifest_of(parts_)))
        return fail(ErrorKind::corrupt, "what is in it is not what its manifest says");
    std::byte more{};
    VEDETTE_TRY(const std::size_t got, source_(std::span(&more, 1)));
    if (got != 0) return fail(ErrorKind::corrupt, "there are bytes behind its end");
    return {};
}

}  // namespace vedette::backup
