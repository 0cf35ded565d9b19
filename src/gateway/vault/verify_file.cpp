#include "gateway/vault/verify_file.hpp"

#include <algorithm>

#include <fcntl.h>

#include "gateway/vault/verify.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

bool SegmentCheck::open_file(const Places& places, PlaceNumber place, std::int32_t day, Result<>& opened) {
    const MediaFolder media = places.media(place);
    if (ObjectStore* const objects = places.objects(place)) {
        path_ = media.segment(id_, day);
        open_path_.clear();
        const auto size = objects->size(Places::object_key(id_, day));
        opened = size ? Result<>() : std::unexpected(size.error());
        if (size) file_ = SegmentSource(*objects, Places::object_key(id_, day));
        // Nobody answers: nothing can be said.
        if (!size && size.error().kind != ErrorKind::not_found) away_ = places.name(place);
        return size.has_value();
    }
    path_ = media.segment(id_, day);
    open_path_ = media.open_segment(id_);
    for (const fs::path& path : {path_, open_path_, path_}) {
        auto file = File::open(path, O_RDONLY);
        opened = file ? Result<>() : std::unexpected(file.error());
        if (!file && file.error().kind != ErrorKind::not_found) return true;
        if (!file) continue;
        file_ = SegmentSource(std::move(*file));
        return true;
    }
    return false;
}

SegmentCheck::SegmentCheck(const Places& places, std::optional<PlaceNumber> likely, const SegmentId& id,
                           std::int32_t day, bool fast)
    : fast_(fast), id_(id) {
    Result<> opened;
    // The index is not signed, so all are looked at before a file counts as missing. Last where it should
    // lie, so that this is what is told.
    const PlaceNumber expected = likely.value_or(home_place);
    std::vector<PlaceNumber> order = places.there(expected);
    if (order.size() > 1 && places.is_there(expected)) order.push_back(expected);
    for (const PlaceNumber place : order)
        if (open_file(places, place, day, opened)) break;
    if (opened) away_.clear();
    if (!opened && opened.error().kind == ErrorKind::not_found && away_.empty()) {
        if (likely && places.is_known(*likely) && !places.is_there(*likely))
            away_ = places.name(*likely);
        else if (const auto away = places.away(); !likely && !away.empty())
            away_ = away.front();
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
    return !open_path_.empty() && fs::exists(open_path_);
}

}  // namespace vedette::vault
