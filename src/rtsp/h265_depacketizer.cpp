#include "rtsp/h265_depacketizer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rtsp/nal_packets.hpp"

namespace vedette::rtsp {

namespace {

using media::HevcNalType;

constexpr std::size_t header_bytes = media::hevc_nal_header_bytes;
constexpr std::size_t decoding_order_bytes = 2;  // DONL
constexpr std::byte fragment_start{0x80};
constexpr std::byte fragment_end{0x40};
constexpr std::byte fragment_type{0x3F};

bool is_set(std::byte value, std::byte bits) {
    return (value & bits) != std::byte{0};
}

/// The first header byte of a fragmented NAL unit: its type stands in the FU header.
std::byte original_header(ByteView payload) {
    return (payload[0] & std::byte{0x81}) | std::byte((payload[2] & fragment_type) << 1);
}

/// Where in an access unit a packet belongs, as far as its first NAL unit tells.
NalPlace place_of(ByteView payload, bool decoding_order_numbers) {
    if (payload.size() <= header_bytes) return NalPlace::fragment;
    const std::size_t donl = decoding_order_numbers ? decoding_order_bytes : 0;
    HevcNalType type = media::hevc_nal_type(payload[0]);
    std::size_t at = header_bytes + donl;
    if (type == HevcNalType::aggregation) {
        at = header_bytes + donl + 2 + header_bytes;
        if (payload.size() <= at) return NalPlace::before_slices;
        type = media::hevc_nal_type(payload[at - header_bytes]);
    } else if (type == HevcNalType::fragmentation) {
        if (!is_set(payload[2], fragment_start)) return NalPlace::fragment;
        type = media::hevc_nal_type(original_header(payload));
        at = header_bytes + 1 + donl;
    }
    if (!media::is_slice(type)) return NalPlace::before_slices;
    const bool first = payload.size() > at && is_set(payload[at], std::byte{0x80});
    return first ? NalPlace::first_slice : NalPlace::other_slice;
}

}  // namespace

void H265Depacketizer::keep_parameter_set(ByteView nal) {
    const HevcNalType type = media::hevc_nal_type(nal[0]);
    std::vector<Bytes>& list = type == HevcNalType::vps   ? sets_.vps
                               : type == HevcNalType::sps ? sets_.sps
                                                          : sets_.pps;
    const auto same = [&](const Bytes& known) { return std::ranges::equal(known, nal); };
    if (std::ranges::any_of(list, same) || nal.size() > media::max_parameter_set_bytes) return;
    const auto id = media::hevc_parameter_set_id(nal);
    if (!id) return;  // unreadable; a later one may be better (quirk 54)
    sets_changed_ = true;
    for (Bytes& known : list) {
        if (media::hevc_parameter_set_id(known) != id) continue;
        known.assign(nal.begin(), nal.end());
        return;
    }
    if (list.size() < max_parameter_sets) list.emplace_back(nal.begin(), nal.end());
}

void H265Depacketizer::add_parameter_set(ByteView nal) {
    constexpr std::size_t max_joined_units = 64;
    std::vector<ByteView> units{nal};
    if (has_start_code(nal))
        units = media::split_annex_b(nal, max_joined_units).value_or(std::vector<ByteView>{});
    for (const ByteView unit : units)
        if (unit.size() > header_bytes && media::is_parameter_set(media::hevc_nal_type(unit[0])))
            keep_parameter_set(unit);
}

std::optional<media::TrackParameters> H265Depacketizer::parameters() const {
    auto parameters = media::h265_track_parameters(sets_);
    return parameters ? std::optional(*std::move(parameters)) : std::nullopt;
}

void H265Depacketizer::push(const RtpPacket& packet, std::int64_t time, bool lost,
                            std::vector<MediaEvent>& out) {
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

void H265Depacketizer::start(std::int64_t time) {
    time_ = time;
    nal_count_ = 0;
    open_ = has_slice_ = random_access_ = skipped_leading_ = damaged_ = false;
    unit_.clear();
}

void H265Depacketizer::on_loss(ByteView payload, std::int64_t time, std::vector<MediaEvent>& out) {
    if (in_unit()) {
        damaged_ = true;
        if (time == time_) return;
        finish(out);
    }
    start(time);
    const NalPlace place = place_of(payload, decoding_order_numbers_);
    damaged_ = place == NalPlace::fragment || place == NalPlace::other_slice;
}

void H265Depacketizer::on_new_time(ByteView payload, std::int64_t time, std::vector<MediaEvent>& out) {
    if (!damaged_ && !open_ && !has_slice_) {  // what precedes the slices had a time of its own
        if (unit_.size() > max_bytes_before_slice) unit_.clear();
        time_ = time;
        return;
    }
    // Some cameras let the time run on inside a picture (quirk 50).
    const NalPlace place = place_of(payload, decoding_order_numbers_);
    const bool continues =
        (open_ && place == NalPlace::fragment) || (has_slice_ && place == NalPlace::other_slice);
    if (damaged_ || !continues) finish(out);
}

void H265Depacketizer::push_payload(ByteView payload) {
    if (payload.size() <= header_bytes) return;
    const HevcNalType type = media::hevc_nal_type(payload[0]);
    if (type == HevcNalType::fragmentation) return push_fragment(payload);
    if (open_) end_nal();  // its last fragment had no end bit
    if (type == HevcNalType::aggregation) return push_aggregate(payload);
    if (type == HevcNalType::paci) {  // extensions that nobody sends; without them the unit is not whole
        damaged_ = true;
        return;
    }
    if (!decoding_order_numbers_) return append_nal(payload);
    if (payload.size() <= header_bytes + decoding_order_bytes) return;
    begin_nal(payload[0], payload[1]);
    append(payload.subspan(header_bytes + decoding_order_bytes));
    end_nal();
}

void H265Depacketizer::push_fragment(ByteView payload) {
    const bool is_start = is_set(payload[2], fragment_start);
    if (is_start) {
        if (open_) end_nal();
        begin_nal(original_header(payload), payload[1]);
    } else if (!open_) {
        damaged_ = true;
        return;
    }
    const std::size_t data_at =
        header_bytes + 1 + (decoding_order_numbers_ && is_start ? decoding_order_bytes : 0);
    if (payload.size() > data_at) append(payload.subspan(data_at));
    if (is_set(payload[2], fragment_end)) end_nal();
}

void H265Depacketizer::push_aggregate(ByteView payload) {
    ByteReader reader(payload.subspan(header_bytes));
    for (bool first = true; reader.remaining() > 2; first = false) {
        if (decoding_order_numbers_) reader.skip(first ? decoding_order_bytes : 1);
        const ByteView nal = reader.take(reader.u16());
        if (reader.failed()) {
            damaged_ = true;
            return;
        }
        append_nal(nal);
    }
}

void H265Depacketizer::append_nal(ByteView nal) {
    if (nal.size() <= header_bytes) return;
    begin_nal(nal[0], nal[1]);
    append(nal.subspan(header_bytes));
    end_nal();
}

void H265Depacketizer::begin_nal(std::byte first, std::byte second) {
    if (unit_.capacity() == 0) unit_.reserve(usual_bytes_ + usual_bytes_ / 8 + 2048);
    nal_at_ = unit_.size();
    const std::array prefix{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, first, second};
    append(prefix);
    open_ = true;
}

void H265Depacketizer::end_nal() {
    open_ = false;
    const ByteView nal = ByteView(unit_).subspan(nal_at_ + nal_length_bytes);
    const HevcNalType type = media::hevc_nal_type(nal[0]);
    // An Annex B stream inside of packets begins with zeros, which is the type of an ordinary slice here
    // (TRAIL_N, quirk 57), but no header byte pair 00 00 is valid: its temporal id would be -1.
    const bool no_header = nal[0] == std::byte{0} && nal[1] == std::byte{0};
    const bool may_be_annex_b =
        no_header || media::is_parameter_set(type) || type == HevcNalType::access_unit_delimiter;
    if (may_be_annex_b && split_start_codes(nal)) return;
    if (no_header || type >= HevcNalType::aggregation || media::hevc_layer(nal) > 0 ||
        nal.size() <= header_bytes)
        return drop_open_nal();
    const std::size_t size = nal.size();
    for (std::size_t i = 0; i < nal_length_bytes; ++i)
        unit_[nal_at_ + i] = static_cast<std::byte>(size >> (24 - 8 * i));
    ++nal_count_;
    has_slice_ |= media::is_slice(type);
    random_access_ |= media::is_random_access(type);
    skipped_leading_ |= media::is_skipped_leading(type);
    if (media::is_parameter_set(type)) keep_parameter_set(nal);
}

bool H265Depacketizer::split_start_codes(ByteView nal) {
    if (!has_start_code(nal)) return false;
    constexpr std::array code{std::byte{0}, std::byte{0}, std::byte{1}};
    Bytes stream(code.begin(), code.end());
    stream.insert(stream.end(), nal.begin(), nal.end());
    drop_open_nal();
    const auto units = media::split_annex_b(stream, max_nal_units);
    if (!units) {
        damaged_ = true;
        return true;
    }
    for (const ByteView unit : *units) append_nal(unit);  // none holds a start code
    return true;
}

void H265Depacketizer::finish(std::vector<MediaEvent>& out) {
    if (open_) end_nal();
    if (damaged_) {
        out.emplace_back(DamagedUnit{.time = time_});
        unit_.clear();
    } else if (has_slice_) {
        if (sets_changed_)
            if (auto known = parameters()) out.emplace_back(*std::move(known));
        sets_changed_ = false;
        usual_bytes_ = unit_.size();
        Bytes data;
        data.swap(unit_);
        if (data.capacity() - data.size() > data.size() / 4 + 4096) data.shrink_to_fit();
        out.emplace_back(DepacketizedUnit{.time = time_,
                                          .random_access = random_access_,
                                          .skipped_leading = skipped_leading_,
                                          .data = std::make_shared<const Bytes>(std::move(data))});
    }
    start(time_);
}

}  // namespace vedette::rtsp
