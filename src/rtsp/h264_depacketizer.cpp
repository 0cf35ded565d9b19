#include "rtsp/h264_depacketizer.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "media/bit_reader.hpp"
#include "media/h264.hpp"
#include "rtsp/nal_packets.hpp"

namespace vedette::rtsp {

namespace {

using media::NalType;

constexpr std::uint8_t stap_a_type = 24;
constexpr std::uint8_t fu_a_type = 28;

std::uint8_t type_of(std::byte header) {
    return std::to_integer<std::uint8_t>(header) & 0x1F;
}

bool is_slice(std::uint8_t type) {
    return type >= 1 && type <= 5;
}

/// first_mb_in_slice is ue(v): a leading 1 is zero, the first slice of its picture.
bool is_first_slice(ByteView slice_header) {
    return !slice_header.empty() && (slice_header[0] & std::byte{0x80}) != std::byte{0};
}

/// Where in an access unit a packet belongs, as far as its first NAL unit tells.
NalPlace place_of(ByteView payload) {
    if (payload.empty()) return NalPlace::fragment;
    std::uint8_t type = type_of(payload[0]);
    if (type == stap_a_type) {
        if (payload.size() < 4) return NalPlace::before_slices;
        payload = payload.subspan(3);
        type = type_of(payload[0]);
    } else if (type == fu_a_type) {
        if (payload.size() < 2 || (payload[1] & std::byte{0x80}) == std::byte{0}) return NalPlace::fragment;
        payload = payload.subspan(1);
        type = type_of(payload[0]);
    }
    if (!is_slice(type)) return NalPlace::before_slices;
    return is_first_slice(payload.subspan(1)) ? NalPlace::first_slice : NalPlace::other_slice;
}

std::optional<std::uint32_t> set_id(ByteView nal) {
    if (media::nal_type(nal) == NalType::sps) {
        const auto sps = media::parse_sps(nal);
        return sps ? std::optional<std::uint32_t>(sps->id) : std::nullopt;
    }
    media::BitReader reader(nal.subspan(1));
    const std::uint32_t id = reader.ue();
    return reader.failed() || id > 255 ? std::nullopt : std::optional(id);
}

}  // namespace

void H264Depacketizer::keep_parameter_set(ByteView nal) {
    std::vector<Bytes>& list = media::nal_type(nal) == NalType::sps ? sets_.sps : sets_.pps;
    const auto same = [&](const Bytes& known) { return std::ranges::equal(known, nal); };
    if (std::ranges::any_of(list, same) || nal.size() > media::max_parameter_set_bytes) return;
    const auto id = set_id(nal);
    if (!id) return;  // unreadable; a later one may be better (quirk 54)
    sets_changed_ = true;
    for (Bytes& known : list) {
        if (set_id(known) != id) continue;
        known.assign(nal.begin(), nal.end());
        return;
    }
    if (list.size() < max_parameter_sets) list.emplace_back(nal.begin(), nal.end());
}

void H264Depacketizer::add_parameter_set(ByteView nal) {
    constexpr std::size_t max_joined_units = 64;
    std::vector<ByteView> units{nal};
    if (has_start_code(nal))
        units = media::split_annex_b(nal, max_joined_units).value_or(std::vector<ByteView>{});
    for (const ByteView unit : units) {
        const NalType type = media::nal_type(unit);
        if (type == NalType::sps || type == NalType::pps) keep_parameter_set(unit);
    }
}

void H264Depacketizer::push(const RtpPacket& packet, std::int64_t time, bool lost,
                            std::vector<H264Event>& out) {
    if (lost)
        on_loss(packet.payload, time, out);
    else if (in_unit() && time != time_)
        on_new_time(packet.payload, time, out);
    if (!in_unit()) start(time);
    if (!damaged_) push_payload(packet.payload);
    if (unit_.size() > max_access_unit_bytes || nal_count_ > max_nal_units) damaged_ = true;
    // A marker on parameter sets or SEI alone, or inside a fragment, ends nothing (quirk 49).
    if (packet.marker && !open_ && (has_slice_ || damaged_)) finish(out);
}

void H264Depacketizer::start(std::int64_t time) {
    time_ = time;
    nal_count_ = 0;
    open_ = has_slice_ = has_idr_ = damaged_ = false;
    unit_.clear();
}

void H264Depacketizer::on_loss(ByteView payload, std::int64_t time, std::vector<H264Event>& out) {
    if (in_unit()) {
        damaged_ = true;
        if (time == time_) return;
        finish(out);
    }
    start(time);
    const NalPlace place = place_of(payload);
    damaged_ = place == NalPlace::fragment || place == NalPlace::other_slice;
}

void H264Depacketizer::on_new_time(ByteView payload, std::int64_t time, std::vector<H264Event>& out) {
    if (!damaged_ && !open_ && !has_slice_) {  // what precedes the slices had a time of its own
        if (unit_.size() > max_bytes_before_slice) unit_.clear();
        time_ = time;
        return;
    }
    // Some cameras let the time run on inside a picture (quirk 50).
    const NalPlace place = place_of(payload);
    const bool continues =
        (open_ && place == NalPlace::fragment) || (has_slice_ && place == NalPlace::other_slice);
    if (damaged_ || !continues) finish(out);
}

void H264Depacketizer::push_payload(ByteView payload) {
    if (payload.empty()) return;
    const std::uint8_t type = type_of(payload[0]);
    if (type == fu_a_type) return push_fragment(payload);
    if (open_) end_nal();  // its last fragment had no end bit
    if (type == stap_a_type) return push_aggregate(payload);
    append_nal(payload);
}

void H264Depacketizer::push_fragment(ByteView payload) {
    if (payload.size() < 2) return;
    const bool is_start = (payload[1] & std::byte{0x80}) != std::byte{0};
    const bool is_end = (payload[1] & std::byte{0x40}) != std::byte{0};
    if (is_start) {
        if (open_) end_nal();
        begin_nal((payload[0] & std::byte{0xE0}) | (payload[1] & std::byte{0x1F}));
    } else if (!open_) {
        damaged_ = true;
        return;
    }
    append(payload.subspan(2));
    if (is_end) end_nal();
}

void H264Depacketizer::push_aggregate(ByteView payload) {
    ByteReader reader(payload.subspan(1));
    while (reader.remaining() > 2) {
        const ByteView nal = reader.take(reader.u16());
        if (reader.failed()) {
            damaged_ = true;
            return;
        }
        append_nal(nal);
    }
}

void H264Depacketizer::append(ByteView bytes) {
    unit_.insert(unit_.end(), bytes.begin(), bytes.end());
}

void H264Depacketizer::append_nal(ByteView nal) {
    if (nal.empty()) return;
    begin_nal(nal[0]);
    append(nal.subspan(1));
    end_nal();
}

void H264Depacketizer::begin_nal(std::byte header) {
    if (unit_.capacity() == 0) {  // the last unit's bytes went to its receivers
        const auto type = static_cast<NalType>(type_of(header));
        const bool idr = type == NalType::sps || type == NalType::slice_idr;
        const std::size_t usual = idr ? usual_idr_bytes_ : usual_bytes_;
        unit_.reserve(usual + usual / 8 + 2048);
    }
    nal_at_ = unit_.size();
    const std::array prefix{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, header};
    append(prefix);
    open_ = true;
}

void H264Depacketizer::end_nal() {
    open_ = false;
    const ByteView nal = ByteView(unit_).subspan(nal_at_ + nal_length_bytes);
    const std::uint8_t type = type_of(nal[0]);
    // Slices and SEI are never searched: emulation prevention keeps start codes out of slices, and a camera's
    // signed SEI may hold bytes that look like one.
    const bool may_be_annex_b = type == 0 || (type >= 7 && type <= 9);
    if (may_be_annex_b && split_start_codes(nal)) return;
    if (type == 0 || type >= stap_a_type) return resize_to(nal_at_);
    const std::size_t size = nal.size();
    for (std::size_t i = 0; i < nal_length_bytes; ++i)
        unit_[nal_at_ + i] = static_cast<std::byte>(size >> (24 - 8 * i));
    ++nal_count_;
    has_slice_ |= is_slice(type);
    has_idr_ |= static_cast<NalType>(type) == NalType::slice_idr;
    if (static_cast<NalType>(type) == NalType::sps || static_cast<NalType>(type) == NalType::pps)
        keep_parameter_set(nal);
}

bool H264Depacketizer::split_start_codes(ByteView nal) {
    if (!has_start_code(nal)) return false;
    constexpr std::array code{std::byte{0}, std::byte{0}, std::byte{1}};
    Bytes stream(code.begin(), code.end());
    stream.insert(stream.end(), nal.begin(), nal.end());
    resize_to(nal_at_);
    const auto units = media::split_annex_b(stream, max_nal_units);
    if (!units) {
        damaged_ = true;
        return true;
    }
    for (const ByteView unit : *units) append_nal(unit);  // none holds a start code
    return true;
}

void H264Depacketizer::finish(std::vector<H264Event>& out) {
    if (open_) end_nal();
    if (damaged_) {
        out.emplace_back(DamagedUnit{.time = time_});
        unit_.clear();
    } else if (has_slice_) {
        if (sets_changed_) out.emplace_back(sets_);
        sets_changed_ = false;
        (has_idr_ ? usual_idr_bytes_ : usual_bytes_) = unit_.size();
        Bytes data;
        data.swap(unit_);
        if (data.capacity() - data.size() > data.size() / 4 + 4096) data.shrink_to_fit();
        out.emplace_back(DepacketizedUnit{.time = time_,
                                          .random_access = has_idr_,
                                          .data = std::make_shared<const Bytes>(std::move(data))});
    }
    start(time_);
}

}  // namespace vedette::rtsp
