// Every answer parser on the same bytes: what a camera sends is not what was asked for.
#include <cstdlib>

#include "base/bytes.hpp"
#include "onvif/replay.hpp"
#include "onvif/set_up_session.hpp"
#include "onvif/soap.hpp"
#include "onvif/storage_session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::onvif;
    const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
    if (const auto envelope = parse_envelope(text)) {
        const UsernameToken token = read_security(envelope->header);
        (void)proves(token, Secret(std::string_view("x")));
    }
    if (const auto time = parse_system_date_and_time(text))
        if (clock_offsets(*time, from_unix_seconds(1'800'000'000)).empty()) std::abort();
    (void)parse_services(text);
    (void)parse_capabilities(text);
    (void)parse_device_information(text);
    if (const auto macs = parse_network_interfaces(text))
        for (const std::string& mac : *macs)
            if (normal_mac(mac) != mac) std::abort();
    (void)parse_scopes(text);
    for (const MediaVersion version : {MediaVersion::media1, MediaVersion::media2}) {
        if (const auto profiles = parse_profiles(version, text))
            for (const Pair& pair : pair_profiles(*profiles))
                if (pair.main.token.empty() || pair.main.token == pair.sub.token) std::abort();
        // Whatever a device names, the host stays the one that was chosen.
        if (const auto uri = parse_stream_uri(version, text))
            if (const auto believed = believe(*uri, "rtsp", "192.0.2.1");
                believed && believed->address.host != "192.0.2.1")
                std::abort();
        (void)parse_snapshot_uri(version, text);
    }
    (void)parse_find_recordings(text);
    (void)parse_replay_uri(text);
    (void)parse_xml_time(text);
    if (const auto results = parse_recording_search_results(text)) {
        const UtcInterval all{from_unix_seconds(0), from_unix_seconds(7'000'000'000)};
        if (const auto* best = best_recording(results->recordings, all);
            best != nullptr && best->token.empty())
            std::abort();
    }
    StorageSession storage(
        {.host = "192.0.2.1", .port = 80, .username = "u", .password = Secret(std::string_view("p"))},
        {from_unix_seconds(1'790'000'000), from_unix_seconds(1'790'000'060)});
    while (const auto call = storage.next(from_unix_seconds(1'800'000'000)))
        storage.on_answer(size % 2 == 0 ? 200 : 400, text, from_unix_seconds(1'800'000'000));
    if (const auto kept = storage.take_result(); kept && kept->url.find("192.0.2.1") == std::string::npos)
        std::abort();
    // A whole conversation in which each answer is this one: it has to end.
    SetUpSession session(
        {.host = "192.0.2.1", .port = 80, .username = "u", .password = Secret(std::string_view("p"))});
    const UtcTime now = from_unix_seconds(1'800'000'000);
    while (const auto call = session.next(now)) {
        if (!call->path.starts_with('/')) std::abort();
        session.on_answer(size % 2 == 0 ? 200 : 400, text, now);
    }
    (void)session.take_result();
    return 0;
}
