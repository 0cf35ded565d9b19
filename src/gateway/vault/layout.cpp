#include "gateway/vault/layout.hpp"

#include <charconv>

namespace vedette::vault {

namespace {

constexpr std::string_view segment_suffix = ".seg";

std::string stream_text(std::uint8_t stream) {
    const auto live = static_cast<std::uint8_t>(stream & ~fetched_bit);
    return (live == 0   ? "main"
            : live == 1 ? "sub"
                        : fmt::format("stream{}", live)) +
           std::string(live == stream ? "" : "-fetched");
}

std::string segment_name(const SegmentId& id) {
    return fmt::format("{}.{}.{:012}{}", id.stream.camera.text(), id.stream.stream, id.first_sequence,
                       segment_suffix);
}

template <class T>
bool parse_number(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::filesystem::path MediaFolder::open_segment(const SegmentId& id) const {
    return open() / segment_name(id);
}

std::filesystem::path MediaFolder::camera_folder(CameraId camera) const {
    return media() / camera.text();
}

std::filesystem::path Layout::damaged_log(UtcTime now) const {
    return folder / fmt::format("tlog.damaged-{}", to_rfc3339(now));
}

std::filesystem::path MediaFolder::deleted_folder(CameraId camera, std::uint64_t number) const {
    return media() / fmt::format("{}{}-{}", deleted_prefix, camera.text(), number);
}

std::filesystem::path MediaFolder::day_folder(StreamKey stream, std::int32_t day) const {
    return camera_folder(stream.camera) / stream_text(stream.stream) / day_text(day);
}

std::filesystem::path MediaFolder::segment(const SegmentId& id, std::int32_t day) const {
    return day_folder(id.stream, day) / segment_name(id);
}

std::optional<SegmentId> parse_segment_name(const std::string& name) {
    std::string_view rest = name;
    if (!rest.ends_with(segment_suffix)) return std::nullopt;
    rest.remove_suffix(segment_suffix.size());
    const std::size_t first = rest.find('.');
    const std::size_t second = first == std::string_view::npos ? first : rest.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    SegmentId id;
    const auto camera = CameraId::parse(rest.substr(0, first));
    if (!camera || !parse_number(rest.substr(first + 1, second - first - 1), id.stream.stream) ||
        !parse_number(rest.substr(second + 1), id.first_sequence))
        return std::nullopt;
    id.stream.camera = *camera;
    // One id, one name: anything else with the same meaning is not ours.
    return segment_name(id) == name ? std::optional(id) : std::nullopt;
}

std::string day_text(std::int32_t day) {
    return to_rfc3339(from_unix_seconds(std::int64_t{day} * 86'400)).substr(0, 10);
}

}  // namespace vedette::vault
