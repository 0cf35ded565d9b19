#include "hub/audit/day_secrets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_fault.hpp"
#include "crypto/digest.hpp"

namespace vedette::hub::audit {

namespace {

constexpr std::string_view first_line = "vedette audit days v1\n";  // then zeros up to the first slot
constexpr std::size_t secret_size = 32;
constexpr std::size_t check_size = 8;
constexpr std::size_t slot_size = 48;  // day, secret, check
constexpr std::size_t max_days_file = slot_size * 100'000;

std::array<std::byte, check_size> check_of(ByteView day_and_secret) {
    std::array<std::byte, check_size> check{};
    const auto digest = crypto::sha256(day_and_secret);
    std::ranges::copy(ByteView(digest).first(check_size), check.begin());
    return check;
}

}  // namespace

Result<DaySecrets> DaySecrets::load(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return fail_errno(errno, path.string());
    if ((status.st_mode & 077) != 0)
        return fail(ErrorKind::forbidden, "{} may be read by others; give it the mode 0600", path.string());
    VEDETTE_TRY(Bytes bytes, read_file(path, max_days_file));
    DaySecrets secrets(path);
    ByteReader reader(bytes);
    const ByteView head = reader.take(slot_size);
    if (!as_text(head).starts_with(first_line))
        return fail(ErrorKind::corrupt, "{} holds no secrets; restore it from a backup", path.string());
    while (reader.remaining() >= slot_size) {
        const std::uint64_t offset = reader.offset();
        const ByteView slot = reader.take(slot_size);
        ByteReader fields(slot);
        const std::int64_t day = fields.i64();
        const ByteView secret = fields.take(secret_size);
        if (std::ranges::all_of(slot, [](std::byte b) { return b == std::byte{0}; }))
            secrets.free_.push_back(offset);
        else if (std::ranges::equal(fields.rest(), check_of(slot.first(slot_size - check_size))))
            secrets.slots_.insert_or_assign(static_cast<std::int32_t>(day), Slot{offset, Secret(secret)});
        else
            secrets.torn_.push_back(offset);
    }
    secrets.end_ = reader.offset();
    wipe(bytes);
    return secrets;
}

Result<DaySecrets> DaySecrets::open(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) {
        Bytes head(slot_size);
        std::ranges::copy(as_bytes(first_line), head.begin());
        VEDETTE_CHECK(replace_file(path, head, 0600));
    }
    VEDETTE_TRY(DaySecrets secrets, load(path));
    VEDETTE_TRY(secrets.file_, File::open(path, O_RDWR | O_NOFOLLOW));
    VEDETTE_CHECK(secrets.clear_torn());
    return secrets;
}

// A crash came while it was made, so that it was never used, or while it was destroyed.
Result<> DaySecrets::clear_torn() {
    if (torn_.empty()) return {};
    for (const std::uint64_t offset : torn_) VEDETTE_CHECK(write_slot(offset, Bytes(slot_size)));
    VEDETTE_CHECK(sync());
    free_.insert(free_.end(), torn_.begin(), torn_.end());
    torn_.clear();
    return {};
}

Result<DaySecrets> DaySecrets::open_existing(const std::filesystem::path& path) {
    auto secrets = load(path);
    if (!secrets && secrets.error().kind == ErrorKind::not_found) return DaySecrets(path);
    return secrets;
}

const Secret* DaySecrets::find(std::int32_t day) const {
    const auto found = slots_.find(day);
    return found == slots_.end() ? nullptr : &found->second.secret;
}

Result<const Secret*> DaySecrets::find_or_make(std::int32_t day) {
    if (const Secret* known = find(day)) return known;
    const std::uint64_t offset = free_.empty() ? end_ : free_.back();
    Slot slot{offset, crypto::random_secret(secret_size)};
    ByteWriter writer;
    writer.i64(day).bytes(slot.secret.reveal());
    writer.bytes(check_of(writer.view()));
    Bytes bytes = std::move(writer).finish();
    const auto written = write_slot(offset, bytes);
    wipe(bytes);
    // A slot that may hold half of it is not used again.
    if (free_.empty())
        end_ += slot_size;
    else
        free_.pop_back();
    VEDETTE_CHECK(written);
    VEDETTE_CHECK(sync());
    return &slots_.insert_or_assign(day, std::move(slot)).first->second.secret;
}

Result<std::size_t> DaySecrets::destroy_before(std::int32_t day) {
    const auto end = slots_.lower_bound(day);
    const std::array<std::byte, slot_size> zeros{};
    for (auto slot = slots_.begin(); slot != end; ++slot)
        VEDETTE_CHECK(write_slot(slot->second.offset, zeros));
    if (slots_.begin() == end) return 0;
    VEDETTE_CHECK(sync());
    std::size_t count = 0;
    for (auto slot = slots_.begin(); slot != end; ++count) {
        free_.push_back(slot->second.offset);
        slot = slots_.erase(slot);
    }
    return count;
}

Result<> DaySecrets::write_slot(std::uint64_t offset, ByteView bytes) {
    const auto fault = file_fault(FileOperation::write);
    if (fault) bytes = bytes.first(static_cast<std::size_t>(static_cast<double>(bytes.size()) * fault->part));
    while (!bytes.empty()) {
        const ssize_t put = ::pwrite(file_.fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return fail_errno(errno, path_.string());
        bytes = bytes.subspan(static_cast<std::size_t>(put));
        offset += static_cast<std::uint64_t>(put);
    }
    if (fault) return fail_errno(fault->error, path_.string());
    return {};
}

Result<> DaySecrets::sync() {
    if (const auto fault = file_fault(FileOperation::sync)) return fail_errno(fault->error, path_.string());
    if (::fdatasync(file_.fd()) != 0) return fail_errno(errno, path_.string());
    return {};
}

}  // namespace vedette::hub::audit
