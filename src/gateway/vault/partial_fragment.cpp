#include "gateway/vault/partial_fragment.hpp"

#include <algorithm>
#include <array>

namespace vedette::vault {

namespace {

constexpr std::size_t sealed_chunk_bytes = crypto::cobblestone_chunk_size + crypto::cobblestone_tag_size;

}  // namespace

Result<std::shared_ptr<PartialFragment>> PartialFragment::open(
    const ReadParts& parts, StreamKey stream, const SegmentInfo& segment, const RecordRow& row,
    const std::function<Result<Bytes>()>& read_whole) {
    VEDETTE_TRY(SegmentSource file, open_segment_file(*parts.places, segment.place, segment.id, segment.day));
    std::shared_ptr<PartialFragment> fragment(new PartialFragment(std::move(file), segment.id));
    std::array<std::byte, record_header_size> head{};
    VEDETTE_TRY(const std::size_t got, fragment->file_.read_at(std::uint64_t{row.block} * block_size, head));
    if (got != head.size()) return fail(ErrorKind::corrupt, "the record is cut off");
    VEDETTE_TRY(fragment->header_, parse_record_header(head));
    if (RecordRow::of(fragment->header_) != row || fragment->header_.stream != stream)
        return fail(ErrorKind::corrupt, "another record lies in its place");
    if (fragment->header_.is_light) {
        VEDETTE_TRY(fragment->whole_, read_whole());
        return fragment;
    }
    VEDETTE_TRY(const KeyStore::Key key, parts.keys->day_key(stream.camera, fragment->header_.day));
    fragment->sealed_.resize(row.payload_size);
    fragment->loaded_.resize(row.payload_size / sealed_chunk_bytes + 1);
    VEDETTE_CHECK(fragment->load(0, 1));
    VEDETTE_TRY(crypto::CobblestoneOpener opener,
                crypto::CobblestoneOpener::start(*key, ByteView(head).first(sealing_context_size),
                                                 fragment->sealed_));
    fragment->opener_.emplace(std::move(opener));
    return fragment;
}

Result<Bytes> PartialFragment::read(std::size_t offset, std::size_t size) {
    if (!opener_) {
        if (offset > whole_.size() || size > whole_.size() - offset)
            return fail(ErrorKind::invalid_input, "these bytes are not in the fragment");
        const ByteView part = ByteView(whole_).subspan(offset, size);
        return Bytes(part.begin(), part.end());
    }
    if (size > 0 && offset < opener_->plain_size() && size <= opener_->plain_size() - offset)
        VEDETTE_CHECK(load(offset / crypto::cobblestone_chunk_size,
                           (offset + size - 1) / crypto::cobblestone_chunk_size + 1));
    return opener_->read(offset, size);
}

// The message's salt and commitment come with the first chunk.
Result<> PartialFragment::load(std::size_t first_chunk, std::size_t end_chunk) {
    while (first_chunk < end_chunk && loaded_.at(first_chunk)) ++first_chunk;
    while (first_chunk < end_chunk && loaded_.at(end_chunk - 1)) --end_chunk;
    if (first_chunk >= end_chunk) return {};
    const std::size_t begin =
        first_chunk == 0 ? 0 : crypto::cobblestone_prefix_size + first_chunk * sealed_chunk_bytes;
    const std::size_t end =
        std::min(sealed_.size(), crypto::cobblestone_prefix_size + end_chunk * sealed_chunk_bytes);
    const std::uint64_t place = std::uint64_t{header_.block} * block_size + record_header_size;
    VEDETTE_TRY(const std::size_t got,
                file_.read_at(place + begin, std::span(sealed_).subspan(begin, end - begin)));
    if (got != end - begin) return fail(ErrorKind::corrupt, "the record is cut off");
    for (std::size_t chunk = first_chunk; chunk < end_chunk; ++chunk) loaded_[chunk] = true;
    return {};
}

}  // namespace vedette::vault
