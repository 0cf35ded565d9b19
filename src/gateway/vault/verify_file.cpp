#include "gateway/vault/verify_file.hpp"

#include <fcntl.h>

#include "gateway/vault/verify.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

SegmentCheck::SegmentCheck(const Layout& layout, const SegmentId& id, std::int32_t day, bool fast)
    : layout_(layout), fast_(fast), id_(id), path_(layout.segment(id, day)) {
    Result<> opened;
    for (const fs::path& path : {path_, layout.open_segment(id), path_}) {
        auto file = File::open(path, O_RDONLY);
        opened = file ? Result<>() : std::unexpected(file.error());
        if (!file) continue;
        file_ = std::move(*file);
        break;
    }
    if (!opened) {
        unusable_ = opened.error().kind == ErrorKind::not_found
                        ? "The file is missing: it was removed."
                        : fmt::format("The file can't be read: {}.", opened.error().message);
        return;
    }
    std::array<std::byte, record_header_size> bytes;
    const auto got = file_.read_at(0, bytes);
    const auto first = parse_record_header(bytes);
    if (got && *got == bytes.size() && first &&
        (first->stream != id.stream || first->segment != id.first_sequence))
        unusable_ = fmt::format("The file holds another recording ({}, from {}): it was swapped or renamed.",
                                describe(first->stream), to_rfc3339(first->start));
}

std::string SegmentCheck::check(const RecordHeader& header, ByteView entry) {
    gap_ = {};
    end_block_ = std::max(end_block_, std::uint64_t{header.block} + header.blocks());
    std::array<std::byte, record_header_size> stored;
    const auto got = file_.read_at(std::uint64_t{header.block} * block_size, stored);
    if (!got) return fmt::format("It can't be read: {}.", got.error().message);
    const bool is_whole = *got == stored.size();
    if (is_whole && std::ranges::equal(ByteView(stored).first(entry_size), entry) &&
        parse_record_header(stored)) {
        const auto good = check_content(header);
        return good ? "" : fmt::format("It was altered or damaged: {}.", good.error().message);
    }
    return check_elsewhere(header, entry);
}

Result<> SegmentCheck::check_content(const RecordHeader& header) {
    if (fast_) {
        VEDETTE_TRY(const std::uint64_t size, file_.size());
        if (size < (std::uint64_t{header.block} + header.blocks()) * block_size)
            return fail(ErrorKind::corrupt, "the end of the file was cut off");
        if (header.type != RecordType::gap) return {};
    }
    VEDETTE_CHECK(check_payload(file_, header, scratch_));
    // Of a gap the reason is told; its few bytes take no time.
    if (header.type == RecordType::gap)
        if (auto gap = parse_gap(ByteView(scratch_).first(header.payload_size))) gap_ = std::move(*gap);
    return {};
}

std::string SegmentCheck::check_elsewhere(const RecordHeader& header, ByteView entry) {
    if (!places_) find_places();
    if (const auto place = places_->find(header.sequence); place != places_->end()) {
        std::array<std::byte, entry_size> stored;
        RecordHeader there = header;
        there.block = place->second;
        const auto got = file_.read_at(std::uint64_t{there.block} * block_size, stored);
        if (got && std::ranges::equal(ByteView(stored), entry)) {
            const auto good = check_payload(file_, there, scratch_);
            if (!good) return fmt::format("It was altered or damaged: {}.", good.error().message);
            ++displaced_;
            return "";
        }
        return "It was replaced by another record.";
    }
    if (const auto good = check_payload(file_, header, scratch_))
        return "Its header was altered; picture and sound are as they were signed.";
    anything_missing_ = true;
    const std::uint64_t size = file_.size().value_or(0);
    const bool something_follows = !places_->empty() && places_->rbegin()->first > header.sequence;
    if (std::uint64_t{header.block} * block_size >= size && !something_follows)
        return "It is missing: the end of the file was cut off.";
    std::array<std::byte, record_header_size> stored;
    const auto got = file_.read_at(std::uint64_t{header.block} * block_size, stored);
    const auto other = got && *got == stored.size() ? parse_record_header(stored)
                                                    : Result<RecordHeader>(fail(ErrorKind::corrupt, "none"));
    if (other && (other->stream != header.stream || other->segment != header.segment))
        return fmt::format("It was replaced by another recording ({}).", describe(*other));
    if (other && other->sequence != header.sequence && other->block != header.block &&
        places_->contains(other->sequence) && places_->at(other->sequence) != header.block)
        return fmt::format("It was replaced by a copy of record {} of the same file.", other->sequence);
    if (other || std::uint64_t{header.block} * block_size >= size)
        return "It is missing: it was cut out of the file.";
    return "It was overwritten.";
}

void SegmentCheck::find_places() {
    places_.emplace();
    const std::uint64_t blocks = file_.size().value_or(0) / block_size;
    std::array<std::byte, record_header_size> bytes;
    for (std::uint64_t block = 0; block < blocks;) {
        const auto got = file_.read_at(block * block_size, bytes);
        const auto header = parse_record_header(bytes);
        if (!got || *got != bytes.size() || !header) {
            ++block;
            continue;
        }
        if (header->stream == id_.stream && header->segment == id_.first_sequence)
            places_->try_emplace(header->sequence, static_cast<std::uint32_t>(block));
        block += header->blocks();
    }
}

std::uint64_t SegmentCheck::bytes_behind() const {
    const std::uint64_t size = file_.size().value_or(0);
    return size > end_block_ * block_size ? size - end_block_ * block_size : 0;
}

bool SegmentCheck::is_open_still() const {
    return fs::exists(layout_.open_segment(id_));
}

}  // namespace vedette::vault
