#include "gateway/vault/statement.hpp"

#include <algorithm>

namespace vedette::vault {

RecordHeader Expiry::header(OrganisationId organisation) const {
    RecordHeader header;
    header.type = RecordType::expiry;
    header.stream = stream;
    header.organisation = organisation;
    header.run = value;
    header.sequence = end_sequence;
    header.start = interval.start;
    header.duration = interval.end - interval.start;
    header.camera_time = CameraTime(Ticks90k(static_cast<std::int64_t>(bytes)));
    header.segment = first_sequence;
    header.day = day;
    header.plain_size = fragments;
    header.block = files;
    header.stated_at = deleted_at;
    header.rule = static_cast<std::uint8_t>(rule);
    return header;
}

Expiry Expiry::of(const RecordHeader& header) {
    return {.stream = header.stream,
            .first_sequence = header.segment,
            .end_sequence = header.sequence,
            .day = header.day,
            .interval = {header.start, header.end()},
            .rule = static_cast<DeletionRule>(header.rule),
            .value = header.run,
            .deleted_at = header.stated_at.value_or(UtcTime()),
            .fragments = header.plain_size,
            .files = header.block,
            .bytes = static_cast<std::uint64_t>(header.camera_time.time_since_epoch().count())};
}

RecordHeader deletion_header(StreamKey stream, std::uint64_t before_sequence, OrganisationId organisation,
                             UtcTime at) {
    RecordHeader header;
    header.type = RecordType::deletion;
    header.stream = stream;
    header.organisation = organisation;
    header.sequence = before_sequence;
    header.start = at;
    return header;
}

RecordHeader SigningChange::header(OrganisationId organisation) const {
    RecordHeader header;
    header.type = RecordType::signing_key;
    header.organisation = organisation;
    header.digest = key;
    header.stated_at = at;
    header.rule = static_cast<std::uint8_t>(state);
    return header;
}

SigningChange SigningChange::of(const RecordHeader& header) {
    return {.state = static_cast<SigningState>(header.rule),
            .key = header.digest,
            .at = header.stated_at.value_or(UtcTime())};
}

RecordHeader event_header(const RecorderEvent& event, OrganisationId organisation) {
    RecordHeader header;
    header.organisation = organisation;
    header.stated_at = time_of(event);
    if (const auto* step = std::get_if<ClockStep>(&event)) {
        header.type = RecordType::clock_step;
        header.start = step->from;
        header.plain_size = static_cast<std::uint32_t>(step->clock);
        header.rule = static_cast<std::uint8_t>(step->noticed);
        return header;
    }
    const auto& start = std::get<RecorderStart>(event);
    header.type = RecordType::start;
    header.sequence = start.number;
    header.run = start.run;
    header.start = std::min(start.idle_since, start.at);
    header.duration = start.at - header.start;
    header.plain_size = static_cast<std::uint32_t>(start.clock);
    header.rule = static_cast<std::uint8_t>(start.before);
    const ByteView version = as_bytes(start.version);
    std::ranges::copy(version.first(std::min(version.size(), max_version_text)), header.digest.begin());
    return header;
}

RecorderEvent event_of(const RecordHeader& header) {
    const auto clock = static_cast<ClockTrust>(header.plain_size);
    const UtcTime at = header.stated_at.value_or(UtcTime());
    if (header.type == RecordType::clock_step)
        return ClockStep{
            .from = header.start, .to = at, .noticed = static_cast<StepNoticed>(header.rule), .clock = clock};
    // It goes to terminals and browsers.
    std::string version;
    for (const std::byte byte : header.digest)
        if (const auto c = std::to_integer<char>(byte); c > ' ' && c < 127) version += c;
    return RecorderStart{.number = header.sequence,
                         .run = header.run,
                         .at = at,
                         .before = static_cast<EndBefore>(header.rule),
                         .idle_since = header.start,
                         .clock = clock,
                         .version = std::move(version)};
}

RecordHeader hold_header(const RecordingHold& hold, OrganisationId organisation) {
    RecordHeader header;
    header.type = RecordType::hold;
    header.stream.camera = hold.camera;
    header.organisation = organisation;
    header.run = hold.id;
    header.start = hold.start;
    if (hold.end) header.duration = *hold.end - hold.start;
    header.stated_at = hold.placed_at;
    ByteWriter text;
    text.text(hold.placed_by).u8(0).text(hold.reason);
    header.digest = crypto::sha256(text.view());
    return header;
}

RecordHeader hold_lifted_header(const RecordingHold& hold, OrganisationId organisation, UtcTime at) {
    RecordHeader header;
    header.type = RecordType::hold_lifted;
    header.stream.camera = hold.camera;
    header.organisation = organisation;
    header.run = hold.id;
    header.stated_at = at;
    return header;
}

RecordingHold hold_of(const RecordHeader& header) {
    RecordingHold hold{.id = header.run,
                       .camera = header.stream.camera,
                       .start = header.start,
                       .reason = {},
                       .placed_by = {},
                       .placed_at = header.stated_at.value_or(UtcTime())};
    if (header.duration > Ticks90k::zero()) hold.end = header.end();
    return hold;
}

}  // namespace vedette::vault
