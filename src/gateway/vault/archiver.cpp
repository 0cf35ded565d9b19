#include "gateway/vault/archiver.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/file_fault.hpp"
#include "base/log.hpp"
#include "gateway/vault/archive_care.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t copy_size = 4u << 20;
constexpr std::size_t page_of_archiver = 100;
constexpr std::chrono::seconds longest_run{20};             // then the rules are looked at again
constexpr Ticks90k care_interval = std::chrono::hours(24);  // a list costs its owner money

// Reads the file from its begin to its end.
Result<crypto::Sha256Digest> read_through(const SegmentSource& file,
                                          const std::function<Result<>(ByteView)>& take) {
    crypto::Sha256 digest;
    Bytes buffer(copy_size);
    for (std::uint64_t offset = 0;;) {
        VEDETTE_TRY(const std::size_t got, file.read_at(offset, buffer));
        if (got == 0) return digest.finish();
        const ByteView bytes = ByteView(buffer).first(got);
        digest.update(bytes);
        VEDETTE_CHECK(take(bytes));
        offset += got;
    }
}

Result<> write_next(const File& file, ByteView bytes) {
    if (const auto fault = file_fault(FileOperation::write)) return fail_errno(fault->error, "write");
    return file.write(bytes);
}

}  // namespace

Result<bool> Archiver::run(const std::function<bool()>& is_stopping) {
    problem_.clear();
    if (!parts_.places->is_there(archive_) || parts_.places->state(archive_) != PlaceState::good)
        return true;  // its state is told by itself
    const auto until = std::chrono::steady_clock::now() + longest_run;
    const auto may_go_on = [&] { return !is_stopping() && std::chrono::steady_clock::now() < until; };
    const UtcTime before = parts_.clock->utc_now() - after_;
    VEDETTE_TRY(const auto streams, parts_.index->streams());
    for (const StreamKey stream : streams) {
        const auto done = run_stream(stream, before, may_go_on);
        if (!done) {
            problem_ = fmt::format("Old recordings can't be archived: {}.", done.error().message);
            return std::unexpected(done.error());
        }
        if (!*done) return false;
    }
    VEDETTE_CHECK(care(is_stopping));
    return true;
}

// When all is archived that is to be, once a day.
Result<> Archiver::care(const std::function<bool()>& is_stopping) {
    const UtcTime now = parts_.clock->utc_now();
    if (cared_at_ && now >= *cared_at_ && now - *cared_at_ < care_interval) return {};
    const auto cared = care_for_archive(parts_, archive_, is_stopping);
    if (!cared) {
        problem_ = fmt::format("The archive can't be looked through: {}.", cared.error().message);
        return std::unexpected(cared.error());
    }
    cared_at_ = now;
    if (cared->unknown > 0 && cared->unknown != unknown_)
        log::warn(
            "in the archive \"{}\" lie {} files or objects that nobody here knows; they stay: vedette vault "
            "verify names them",
            parts_.places->name(archive_), cared->unknown);
    unknown_ = cared->unknown;
    return {};
}

Result<bool> Archiver::run_stream(StreamKey stream, UtcTime before, const std::function<bool()>& may_go_on) {
    for (;;) {
        const auto reached = reached_.find(stream);
        VEDETTE_TRY(const auto page,
                    parts_.index->oldest(stream, reached != reached_.end() ? &reached->second : nullptr,
                                         page_of_archiver));
        for (const SegmentBrief& segment : page) {
            if (segment.interval.end > before) return true;
            if (!may_go_on()) return false;
            // What lies on a disk that is away is looked at after the next start.
            if (segment.place != archive_ && parts_.places->is_there(segment.place))
                VEDETTE_CHECK(move(segment));
            reached_[stream] = segment;
        }
        if (page.size() < page_of_archiver) return true;
    }
}

// A crash leaves either the old file, or both; which one counts the index says. The note makes the next look
// remove the other.
Result<> Archiver::move(const SegmentBrief& segment) {
    const fs::path old_path = parts_.places->media(segment.place).segment(segment.id, segment.day);
    auto old_file = File::open(old_path, O_RDONLY);
    // A file that is missing is for verify to name.
    if (!old_file && old_file.error().kind == ErrorKind::not_found) return {};
    if (!old_file) return std::unexpected(old_file.error());
    ObjectStore* const objects = parts_.places->objects(archive_);
    VEDETTE_CHECK(objects != nullptr
                      ? copy_to(*objects, *old_file, segment)
                      : copy_to(parts_.places->media(archive_), std::move(*old_file), segment));

    VEDETTE_CHECK(parts_.index->note_debt(segment.place, PlaceDebt::no_open_files));
    VEDETTE_CHECK(parts_.index->set_place(segment.id, archive_));
    VEDETTE_TRY(const auto place, parts_.index->place_of(segment.id));
    if (!place) VEDETTE_CHECK(remove_copy(segment));  // its camera was deleted meanwhile
    if (const auto fault = file_fault(FileOperation::remove))
        return fail_errno(fault->error, old_path.string());
    std::error_code error;
    fs::remove(old_path, error);
    if (error) return fail_errno(error.value(), old_path.string());
    return parts_.index->settle_debt(segment.place);
}

// Under its name only once it is whole, and was read back.
Result<> Archiver::copy_to(const MediaFolder& archive, File from, const SegmentBrief& segment) const {
    const fs::path final_path = archive.segment(segment.id, segment.day);
    const fs::path arriving = archive.arriving() / final_path.filename();
    std::error_code error;
    fs::create_directory(arriving.parent_path(), error);
    if (error) return fail_errno(error.value(), arriving.parent_path().string());
    crypto::Sha256Digest copied{};
    {
        VEDETTE_TRY(const File file, File::open(arriving, O_WRONLY | O_CREAT | O_TRUNC, 0640));
        VEDETTE_TRY(copied, read_through(SegmentSource(std::move(from)),
                                         [&](ByteView bytes) { return write_next(file, bytes); }));
        if (const auto fault = file_fault(FileOperation::sync))
            return fail_errno(fault->error, arriving.string());
        if (::fdatasync(file.fd()) != 0) return fail_errno(errno, arriving.string());
        // So that the reading comes from the disk.
        (void)::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
    }
    VEDETTE_TRY(File written, File::open(arriving, O_RDONLY));
    VEDETTE_CHECK(compare(SegmentSource(std::move(written)), copied, arriving.string()));
    VEDETTE_CHECK(make_day_folder(archive, segment.id.stream, segment.day));
    if (const auto fault = file_fault(FileOperation::rename))
        return fail_errno(fault->error, final_path.string());
    fs::rename(arriving, final_path, error);
    if (error) return fail_errno(error.value(), final_path.string());
    return sync_folder(final_path.parent_path());
}

Result<> Archiver::copy_to(ObjectStore& objects, const File& from, const SegmentBrief& segment) const {
    const std::string key = Places::object_key(segment.id, segment.day);
    VEDETTE_TRY(const std::uint64_t size, from.size());
    crypto::Sha256 digest;
    Bytes buffer(copy_size);
    for (std::uint64_t offset = 0; offset < size;) {
        VEDETTE_TRY(const std::size_t got, from.read_at(offset, buffer));
        if (got == 0) return fail(ErrorKind::corrupt, "the file was cut while it was read");
        digest.update(ByteView(buffer).first(got));
        offset += got;
    }
    const crypto::Sha256Digest sent = digest.finish();
    if (const auto fault = file_fault(FileOperation::write)) return fail_errno(fault->error, key);
    VEDETTE_CHECK(objects.put(key, from, size, sent));
    if (const auto fault = file_fault(FileOperation::sync)) return fail_errno(fault->error, key);
    return compare(SegmentSource(objects, key), sent, key);
}

Result<> Archiver::compare(const SegmentSource& copy, const crypto::Sha256Digest& expected,
                           const std::string& name) {
    VEDETTE_TRY(const crypto::Sha256Digest read, read_through(copy, [](ByteView) { return Result<>(); }));
    if (read == expected) return {};
    return fail(ErrorKind::corrupt, "{} is not what was written there", name);
}

Result<> Archiver::remove_copy(const SegmentBrief& segment) const {
    if (ObjectStore* const objects = parts_.places->objects(archive_))
        return objects->remove(Places::object_key(segment.id, segment.day));
    std::error_code error;
    fs::remove(parts_.places->media(archive_).segment(segment.id, segment.day), error);
    return error ? Result<>(fail_errno(error.value(), "removing a copy")) : Result<>();
}

}  // namespace vedette::vault
