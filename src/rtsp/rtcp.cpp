#include "rtsp/rtcp.hpp"

#include <algorithm>

namespace vedette::rtsp {

namespace {

constexpr std::uint8_t sender_report_type = 200;
constexpr std::uint8_t receiver_report_type = 201;
constexpr std::uint8_t source_description_type = 202;
constexpr std::uint8_t bye_type = 203;
constexpr std::uint8_t payload_feedback_type = 206;  // RFC 4585 section 6.1
constexpr std::size_t picture_loss_format = 1;
constexpr std::size_t full_intra_format = 4;
constexpr std::uint8_t cname_item = 1;
constexpr std::size_t max_report_blocks = 31;

std::vector<RtcpReportBlock> read_blocks(ByteReader& reader, std::uint8_t count) {
    std::vector<RtcpReportBlock> blocks;
    for (std::uint8_t i = 0; i < count; ++i) {
        RtcpReportBlock block{.ssrc = reader.u32(),
                              .fraction_lost = reader.u8(),
                              .packets_lost = reader.u24(),
                              .extended_highest = reader.u32(),
                              .jitter = reader.u32(),
                              .last_sr = reader.u32(),
                              .delay_since_last_sr = reader.u32()};
        if (reader.failed()) break;
        blocks.push_back(block);
    }
    return blocks;
}

void read_sender_report(ByteReader reader, std::uint8_t count, RtcpCompound& out) {
    RtcpSenderReport report{.ssrc = reader.u32(),
                            .ntp = reader.u64(),
                            .rtp_time = reader.u32(),
                            .packets = reader.u32(),
                            .octets = reader.u32(),
                            .reports = {}};
    if (reader.failed()) return;
    report.reports = read_blocks(reader, count);
    out.sender_reports.push_back(std::move(report));
}

void read_receiver_report(ByteReader reader, std::uint8_t count, RtcpCompound& out) {
    RtcpReceiverReport report{.ssrc = reader.u32(), .reports = {}};
    if (reader.failed()) return;
    report.reports = read_blocks(reader, count);
    out.receiver_reports.push_back(std::move(report));
}

void read_source_description(ByteReader reader, RtcpCompound& out) {
    reader.u32();
    while (!reader.at_end() && !reader.failed()) {
        const std::uint8_t type = reader.u8();
        if (type == 0) return;
        const std::uint8_t length = reader.u8();
        const ByteView text = reader.take(length);
        if (type == cname_item && out.cname.empty()) out.cname = as_text(text);
    }
}

void print_blocks(ByteWriter& out, const std::vector<RtcpReportBlock>& blocks) {
    for (const RtcpReportBlock& block : std::span(blocks).first(std::min(blocks.size(), max_report_blocks)))
        out.u32(block.ssrc)
            .u8(block.fraction_lost)
            .u24(block.packets_lost)
            .u32(block.extended_highest)
            .u32(block.jitter)
            .u32(block.last_sr)
            .u32(block.delay_since_last_sr);
}

void print_head(ByteWriter& out, std::size_t count, std::uint8_t type, std::size_t bytes_behind) {
    out.u8(static_cast<std::uint8_t>(0x80 | count))
        .u8(type)
        .u16(static_cast<std::uint16_t>(bytes_behind / 4));
}

void print_cname(ByteWriter& out, std::uint32_t ssrc, std::string_view cname) {
    cname = cname.substr(0, 255);
    const std::size_t padding = 4 - (2 + cname.size()) % 4;  // at least one zero ends the items
    print_head(out, 1, source_description_type, 4 + 2 + cname.size() + padding);
    out.u32(ssrc).u8(cname_item).u8(static_cast<std::uint8_t>(cname.size())).text(cname).zeros(padding);
}

}  // namespace

std::optional<RtcpCompound> parse_rtcp(ByteView bytes) {
    RtcpCompound out;
    ByteReader reader(bytes);
    for (std::size_t i = 0; i < max_rtcp_packets && !reader.at_end(); ++i) {
        const std::uint8_t first = reader.u8();
        const std::uint8_t type = reader.u8();
        const std::size_t size = std::size_t{4} * reader.u16();
        const ByteView body = reader.take(size);
        if (reader.failed() || first >> 6 != 2 || type < 192 || type > 223) {
            if (i == 0) return std::nullopt;
            break;
        }
        const auto count = static_cast<std::uint8_t>(first & 0x1f);
        switch (type) {
            case sender_report_type:
                read_sender_report(ByteReader(body), count, out);
                break;
            case receiver_report_type:
                read_receiver_report(ByteReader(body), count, out);
                break;
            case source_description_type:
                read_source_description(ByteReader(body), out);
                break;
            case bye_type:
                for (std::size_t at = 0; at < count && (at + 1) * 4 <= body.size(); ++at)
                    out.byes.push_back(ByteReader(body.subspan(at * 4)).u32());
                break;
            default:
                break;
        }
    }
    if (bytes.empty()) return std::nullopt;
    return out;
}

Bytes print_sender_report(const RtcpSenderReport& report, std::string_view cname) {
    ByteWriter out;
    const std::size_t count = std::min(report.reports.size(), max_report_blocks);
    print_head(out, count, sender_report_type, 24 + 24 * count);
    out.u32(report.ssrc).u64(report.ntp).u32(report.rtp_time).u32(report.packets).u32(report.octets);
    print_blocks(out, report.reports);
    print_cname(out, report.ssrc, cname);
    return std::move(out).finish();
}

Bytes print_receiver_report(const RtcpReceiverReport& report, std::string_view cname) {
    ByteWriter out;
    const std::size_t count = std::min(report.reports.size(), max_report_blocks);
    print_head(out, count, receiver_report_type, 4 + 24 * count);
    out.u32(report.ssrc);
    print_blocks(out, report.reports);
    print_cname(out, report.ssrc, cname);
    return std::move(out).finish();
}

Bytes print_picture_loss_indication(std::uint32_t sender_ssrc, std::uint32_t media_ssrc) {
    ByteWriter out;
    print_head(out, picture_loss_format, payload_feedback_type, 8);
    out.u32(sender_ssrc).u32(media_ssrc);
    return std::move(out).finish();
}

Bytes print_full_intra_request(std::uint32_t sender_ssrc, std::uint32_t media_ssrc, std::uint8_t number) {
    ByteWriter out;
    print_head(out, full_intra_format, payload_feedback_type, 16);
    out.u32(sender_ssrc).u32(0).u32(media_ssrc).u8(number).zeros(3);
    return std::move(out).finish();
}

}  // namespace vedette::rtsp
