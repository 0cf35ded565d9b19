#include "gateway/vault/segment_file.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "base/file_fault.hpp"
#include "base/log.hpp"
#include "gateway/vault/light.hpp"

namespace vedette::vault {

namespace {

// Records above this size are rare; their buffer is given back after use.
constexpr std::size_t kept_capacity = 8u << 20;
// Syncs one after another each wait for a commit of the file system's own; at the same time they share it.
constexpr std::size_t syncs_at_once = 8;
// Fewer files than this are not worth a thread.
constexpr std::size_t files_per_thread = 16;

}  // namespace

RecordBuffer::~RecordBuffer() {
    std::free(data_);
}

std::span<std::byte> RecordBuffer::reserve(std::size_t size) {
    size = (size + block_size - 1) / block_size * block_size;
    if (size > capacity_ || (capacity_ > kept_capacity && size <= kept_capacity)) {
        std::free(data_);
        capacity_ = std::max(size, std::size_t{1} << 20);
        data_ = static_cast<std::byte*>(std::aligned_alloc(block_size, capacity_));
        if (data_ == nullptr) throw std::bad_alloc();
    }
    return {data_, size};
}

void set_sealed_sizes(RecordHeader& header, std::span<const ByteView> pieces,
                      const std::vector<ClearRange>& clear) {
    std::size_t plain_size = 0;
    for (const ByteView piece : pieces) plain_size += piece.size();
    header.plain_size = static_cast<std::uint32_t>(plain_size);
    header.is_light = !clear.empty();
    header.payload_size =
        static_cast<std::uint32_t>(header.is_light ? split_light(pieces, clear).payload_size()
                                                   : crypto::cobblestone_sealed_size(plain_size));
}

ByteView RecordBuilder::build(RecordHeader& header, const Secret* key, std::span<const ByteView> pieces) {
    std::size_t plain_size = 0;
    for (const ByteView piece : pieces) plain_size += piece.size();
    header.plain_size = static_cast<std::uint32_t>(plain_size);
    header.payload_size =
        static_cast<std::uint32_t>(key != nullptr ? crypto::cobblestone_sealed_size(plain_size) : plain_size);

    const std::span<std::byte> record = buffer_.reserve(header.stored_size());
    const std::span<std::byte> payload = record.subspan(record_header_size, header.payload_size);
    if (key != nullptr) {
        entry_ = encode_entry(header);
        sealer_.seal(*key, sealing_context(entry_), pieces, payload, &digest_);
    } else {
        std::size_t at = 0;
        for (const ByteView piece : pieces) {
            std::ranges::copy(piece, payload.begin() + static_cast<std::ptrdiff_t>(at));
            at += piece.size();
        }
        digest_.update(payload);
    }
    return finish(header, record);
}

ByteView RecordBuilder::build_light(RecordHeader& header, const Secret& key, std::span<const ByteView> pieces,
                                    const std::vector<ClearRange>& clear) {
    const LightParts parts = split_light(pieces, clear);
    header.is_light = true;
    header.plain_size = static_cast<std::uint32_t>(parts.clear_size + parts.sealed_size - parts.map.size());
    header.payload_size = static_cast<std::uint32_t>(parts.payload_size());
    const std::span<std::byte> record = buffer_.reserve(header.stored_size());
    std::span<std::byte> out = record.subspan(record_header_size, header.payload_size);
    const auto put = [&](ByteView bytes) {
        std::ranges::copy(bytes, out.begin());
        digest_.update(out.first(bytes.size()));
        out = out.subspan(bytes.size());
    };
    put(ByteWriter().u32(static_cast<std::uint32_t>(parts.clear_size)).view());
    for (const ByteView bytes : parts.clear) put(bytes);  // hashed while it is in the cache
    entry_ = encode_entry(header);
    sealer_.seal(key, light_context(sealing_context(entry_), digest_.so_far()), parts.sealed, out, &digest_);
    return finish(header, record);
}

ByteView RecordBuilder::finish(RecordHeader& header, std::span<std::byte> record) {
    header.digest = digest_.finish();
    entry_ = encode_entry(header);
    encode_record_header(entry_, record);
    std::ranges::fill(record.subspan(record_header_size + header.payload_size), std::byte{0});
    return record;
}

Result<SegmentFile> SegmentFile::create(const std::filesystem::path& path) {
    constexpr int open_flags = O_WRONLY | O_CREAT | O_EXCL;
    auto file = File::open(path, open_flags | O_DIRECT, 0640);
    if (!file && file.error().kind == ErrorKind::invalid_input) {  // tmpfs and some others have no O_DIRECT
        ::unlink(path.c_str());
        file = File::open(path, open_flags, 0640);
    }
    if (!file) return std::unexpected(file.error());
    return SegmentFile(std::move(*file));
}

Result<> SegmentFile::append(ByteView record, std::uint32_t at) {
    if (at > blocks_) return fail(ErrorKind::unavailable, "the record before it is missing");
    if (torn_ || at < blocks_) VEDETTE_CHECK(truncate(at));
    const std::uint64_t offset = std::uint64_t{blocks_} * block_size;
    std::size_t done = 0;
    while (done < record.size()) {
        const auto fault = file_fault(FileOperation::write);
        std::size_t size = record.size() - done;
        if (fault)
            size =
                static_cast<std::size_t>(static_cast<double>(size) * fault->part) / block_size * block_size;
        ssize_t put =
            size == 0 ? 0
                      : ::pwrite(file_.fd(), record.data() + done, size, static_cast<off_t>(offset + done));
        if (put > 0) tell_written(file_.fd(), offset + done, static_cast<std::size_t>(put));
        if (fault) {
            put = -1;
            errno = fault->error;
        }
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0 || put % static_cast<ssize_t>(block_size) != 0) {
            const int error = put < 0 ? errno : ENOSPC;
            torn_ = true;
            (void)truncate(blocks_);  // repeated before the next record, if it failed
            return fail_errno(error, "write");
        }
        done += static_cast<std::size_t>(put);
    }
    blocks_ += static_cast<std::uint32_t>(record.size() / block_size);
    return {};
}

Result<> SegmentFile::settle() {
    return torn_ ? truncate(blocks_) : Result<>();
}

Result<> SegmentFile::sync() {
    if (const auto fault = file_fault(FileOperation::sync)) return fail_errno(fault->error, "fdatasync");
    if (::fdatasync(file_.fd()) != 0) return fail_errno(errno, "fdatasync");
    tell_synced(file_.fd());
    return {};
}

Result<> SegmentFile::truncate(std::uint32_t blocks) {
    blocks_ = blocks;
    torn_ = true;
    if (const auto fault = file_fault(FileOperation::truncate)) return fail_errno(fault->error, "ftruncate");
    if (::ftruncate(file_.fd(), static_cast<off_t>(std::uint64_t{blocks} * block_size)) != 0)
        return fail_errno(errno, "ftruncate");
    torn_ = false;
    return {};
}

std::vector<Result<>> sync_together(const SegmentFiles& files, const std::function<void()>& note_progress) {
    std::vector<Result<>> results(files.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < files.size(); i = next++) {
            results[i] = files[i]->sync();
            if (note_progress) note_progress();
        }
    };
    std::vector<std::jthread> others;
    try {
        while (others.size() + 1 < std::min(syncs_at_once, files.size() / files_per_thread))
            others.emplace_back(work);
    } catch (const std::system_error& error) {
        log::warn("syncing takes longer: no thread: {}", error.what());
    }
    work();
    others.clear();
    return results;
}

Result<> check_payload(const SegmentSource& file, const RecordHeader& header, Bytes& scratch) {
    scratch.resize(header.stored_size() - record_header_size);
    const std::uint64_t offset = std::uint64_t{header.block} * block_size + record_header_size;
    VEDETTE_TRY(const std::size_t got, file.read_at(offset, scratch));
    if (got != scratch.size()) return fail(ErrorKind::corrupt, "the end of the record is missing");
    const ByteView payload = ByteView(scratch).first(header.payload_size);
    if (crypto::sha256(payload) != header.digest)
        return fail(ErrorKind::corrupt, "its bytes don't have the SHA-256 that was signed");
    if (!are_zeros(ByteView(scratch).subspan(header.payload_size)))
        return fail(ErrorKind::corrupt, "bytes were put into the padding after it");
    return {};
}

Result<ScanEnd> scan_segment(const std::filesystem::path& path, bool resync,
                             const NeedsPayload& needs_payload,
                             const std::function<void(ScannedRecord)>& found) {
    VEDETTE_TRY(File file, File::open(path, O_RDONLY));
    return scan_segment(SegmentSource(std::move(file)), resync, needs_payload, found);
}

Result<ScanEnd> scan_segment(const SegmentSource& file, bool resync, const NeedsPayload& needs_payload,
                             const std::function<void(ScannedRecord)>& found) {
    ScanEnd end;
    VEDETTE_TRY(end.file_size, file.size());
    const std::uint64_t file_blocks = (end.file_size + block_size - 1) / block_size;
    std::array<std::byte, record_header_size> bytes;
    Bytes scratch;
    for (std::uint64_t block = 0; block < file_blocks;) {
        VEDETTE_TRY(const std::size_t got, file.read_at(block * block_size, bytes));
        auto header = parse_record_header(ByteView(bytes).first(got));
        if (!header && header.error().kind == ErrorKind::unsupported) return std::unexpected(header.error());
        bool good =
            header && header->block == block && block * block_size + header->stored_size() <= end.file_size;
        if (good && (needs_payload(*header) || header->type == RecordType::gap))
            good = check_payload(file, *header, scratch).has_value();
        if (!good) {
            end.damaged = true;
            if (!resync) return end;
            ++block;
            continue;
        }
        ScannedRecord record{*header, {}, std::nullopt};
        std::copy_n(bytes.begin(), entry_size, record.entry.begin());
        if (header->type == RecordType::gap) {
            auto gap = parse_gap(ByteView(scratch).first(header->payload_size));
            record.gap = gap ? *gap : GapText{};
        }
        block += header->blocks();
        end.blocks = static_cast<std::uint32_t>(block);
        found(std::move(record));
    }
    return end;
}

}  // namespace vedette::vault
