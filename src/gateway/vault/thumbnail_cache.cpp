#include "gateway/vault/thumbnail_cache.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include <fcntl.h>

#include "crypto/cobblestone.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

// No record begins so: what is sealed as a thumbnail is never taken for a recording, nor the other way.
constexpr std::string_view thumbnail_context = "vedette thumbnail v1";

Bytes context_of(OrganisationId organisation, const ThumbnailName& name) {
    ByteWriter context;
    context.text(thumbnail_context)
        .u8(0)
        .bytes(organisation.bytes())
        .bytes(name.segment.stream.camera.bytes());
    context.u8(name.segment.stream.stream).u32(static_cast<std::uint32_t>(name.day));
    context.u64(name.segment.first_sequence).u64(name.sequence).u32(name.sample);
    return std::move(context).finish();
}

fs::path folder_of(const Layout& layout, CameraId camera, std::int32_t day) {
    return layout.thumbnails() / camera.text() / day_text(day);
}

fs::path path_of(const Layout& layout, const ThumbnailName& name) {
    const StreamKey stream = name.segment.stream;
    return folder_of(layout, stream.camera, name.day) /
           fmt::format("{}.{}.{}.{}", stream.stream, name.segment.first_sequence, name.sequence, name.sample);
}

/// Stream and first sequence of the segment, of a file's name.
std::optional<std::pair<std::uint8_t, std::uint64_t>> parse_thumbnail_name(const std::string& name) {
    std::uint8_t stream = 0;
    std::uint64_t first = 0;
    const char* const end = name.data() + name.size();
    const auto [dot, failed] = std::from_chars(name.data(), end, stream);
    if (failed != std::errc() || dot == end || *dot != '.') return std::nullopt;
    const auto [rest, wrong] = std::from_chars(dot + 1, end, first);
    if (wrong != std::errc() || rest == end || *rest != '.') return std::nullopt;
    return std::pair(stream, first);
}

// As the file system counts.
constexpr std::uint64_t on_disk(std::uint64_t bytes) {
    return (bytes + block_size - 1) / block_size * block_size;
}

}  // namespace

std::optional<Bytes> ThumbnailCache::find(const ThumbnailName& name) const {
    const auto key = parts_.keys->day_key(name.segment.stream.camera, name.day);
    if (!key) return std::nullopt;
    const auto sealed = read_file(path_of(*layout_, name), max_thumbnail_bytes * 2);
    if (!sealed) return std::nullopt;
    const Bytes context = context_of(parts_.keys->organisation(), name);
    auto opener = crypto::CobblestoneOpener::start(**key, context, *sealed);
    if (!opener) return std::nullopt;
    auto jpeg = opener->read_all();
    return jpeg ? std::optional(std::move(*jpeg)) : std::nullopt;
}

void ThumbnailCache::keep(const ThumbnailName& name, ByteView jpeg) {
    if (jpeg.size() > max_thumbnail_bytes) return;
    const std::lock_guard lock(mutex_);
    // Under the lock that forget() takes after the segment has left the index: whichever comes second sees
    // what the other did.
    const auto there = parts_.index->contains(name.segment);
    if (!parts_.catalogue->contains(name.segment) && (!there || !*there)) return;
    const auto key = parts_.keys->day_key(name.segment.stream.camera, name.day);
    if (!key) return;
    look_through();
    Bytes sealed(crypto::cobblestone_sealed_size(jpeg.size()));
    const ByteView pieces[] = {jpeg};
    crypto::CobblestoneSealer().seal(**key, context_of(parts_.keys->organisation(), name), pieces, sealed);
    const Kept kept{.path = path_of(*layout_, name), .bytes = on_disk(sealed.size())};
    if (!make_private_folder(kept.path.parent_path())) return;
    remove_where([&](const Kept& other) { return other.path == kept.path; });
    while (!kept_.empty() && bytes_ + kept.bytes > max_bytes_)
        remove_where([&, oldest = kept_.front().path](const Kept& other) { return other.path == oldest; });
    // Not synced: one that a crash tears does not open, and is made again.
    const auto file = File::open(kept.path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const bool written = file && file->write(sealed);
    kept_.push_back(kept);
    bytes_ += kept.bytes;
    if (!written) remove_where([&](const Kept& other) { return other.path == kept.path; });
}

// What lies there from before, and of days whose keys are gone nothing any more.
void ThumbnailCache::look_through() {
    if (std::exchange(known_, true)) return;
    std::vector<std::pair<fs::file_time_type, Kept>> found;
    std::error_code error;
    for (const auto& camera : fs::directory_iterator(layout_->thumbnails(), error)) {
        const auto id = CameraId::parse(camera.path().filename().string());
        const auto days = id ? parts_.keys->days(*id) : Result<std::vector<std::int32_t>>();
        if (!days) continue;
        for (const auto& day : fs::directory_iterator(camera.path(), error)) {
            const std::string text = day.path().filename().string();
            if (std::ranges::none_of(*days, [&](std::int32_t one) { return day_text(one) == text; })) {
                std::error_code ignored;
                fs::remove_all(day.path(), ignored);
                continue;
            }
            for (const auto& file : fs::directory_iterator(day.path(), error)) {
                std::error_code gone;
                const auto size = file.file_size(gone);
                const auto time = file.last_write_time(gone);
                if (!gone) found.push_back({time, {.path = file.path(), .bytes = on_disk(size)}});
            }
        }
    }
    std::ranges::sort(found, {}, [](const auto& one) { return std::tie(one.first, one.second.path); });
    for (auto& [time, kept] : found) {
        bytes_ += kept.bytes;
        kept_.push_back(std::move(kept));
    }
}

void ThumbnailCache::remove_where(const std::function<bool(const Kept&)>& goes) {
    std::erase_if(kept_, [&](const Kept& kept) {
        if (!goes(kept)) return false;
        std::error_code ignored;
        fs::remove(kept.path, ignored);
        fs::remove(kept.path.parent_path(), ignored);  // when nothing is left in it
        bytes_ -= kept.bytes;
        return true;
    });
}

void ThumbnailCache::forget(StreamKey stream, std::int32_t day, std::uint64_t first_sequence,
                            std::uint64_t end_sequence) {
    const std::lock_guard lock(mutex_);
    look_through();
    const fs::path folder = folder_of(*layout_, stream.camera, day);
    remove_where([&](const Kept& kept) {
        if (kept.path.parent_path() != folder) return false;
        const auto segment = parse_thumbnail_name(kept.path.filename().string());
        return segment && segment->first == stream.stream && segment->second >= first_sequence &&
               segment->second < end_sequence;
    });
}

void ThumbnailCache::forget(CameraId camera) {
    const std::lock_guard lock(mutex_);
    look_through();
    const fs::path folder = layout_->thumbnails() / camera.text();
    remove_where([&](const Kept& kept) { return kept.path.parent_path().parent_path() == folder; });
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

}  // namespace vedette::vault
