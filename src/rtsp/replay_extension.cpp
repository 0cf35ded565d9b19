#include "rtsp/replay_extension.hpp"

#include <algorithm>

namespace vedette::rtsp {

namespace {

constexpr std::uint64_t seconds_1900_to_1970 = 2'208'988'800;
constexpr std::uint64_t era_seconds = std::uint64_t{1} << 32;
constexpr std::uint64_t ticks_per_second = 90'000;

}  // namespace

std::optional<ReplayExtension> parse_replay_extension(std::uint16_t profile, ByteView content) {
    if (profile != replay_extension_profile || content.size() < replay_extension_bytes) return std::nullopt;
    ByteReader reader(content);
    ReplayExtension extension;
    extension.ntp = reader.u64();
    const std::uint8_t flags = reader.u8();
    extension.clean_point = (flags & 0x80) != 0;
    extension.end = (flags & 0x40) != 0;
    extension.discontinuity = (flags & 0x20) != 0;
    extension.terminal = (flags & 0x10) != 0;
    extension.cseq = reader.u8();
    return extension;
}

std::array<std::byte, 4 + replay_extension_bytes> print(const ReplayExtension& extension) {
    ByteWriter writer;
    writer.u16(replay_extension_profile)
        .u16(replay_extension_bytes / 4)
        .u64(extension.ntp)
        .u8(static_cast<std::uint8_t>((extension.clean_point ? 0x80 : 0) | (extension.end ? 0x40 : 0) |
                                      (extension.discontinuity ? 0x20 : 0) | (extension.terminal ? 0x10 : 0)))
        .u8(extension.cseq)
        .u16(0);
    std::array<std::byte, 4 + replay_extension_bytes> out{};
    std::ranges::copy(writer.view(), out.begin());
    return out;
}

UtcTime utc_of_ntp(std::uint64_t ntp) {
    std::uint64_t seconds = ntp >> 32;
    if (seconds < era_seconds / 2) seconds += era_seconds;
    const std::uint64_t fraction = ((ntp & 0xffff'ffff) * ticks_per_second + (era_seconds / 2)) >> 32;
    return UtcTime(
        Ticks90k(static_cast<std::int64_t>((seconds - seconds_1900_to_1970) * ticks_per_second + fraction)));
}

std::uint64_t ntp_of_utc(UtcTime time) {
    const auto ticks = static_cast<std::uint64_t>(time.time_since_epoch().count());
    const std::uint64_t fraction =
        ((ticks % ticks_per_second << 32) + ticks_per_second / 2) / ticks_per_second;
    return (ticks / ticks_per_second + seconds_1900_to_1970) << 32 | fraction;
}

}  // namespace vedette::rtsp
