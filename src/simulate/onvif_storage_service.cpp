// Recording search and replay: what a camera with storage of its own keeps.

#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"
#include "simulate/onvif_service.hpp"

namespace vedette::simulate {

namespace {

namespace ns = onvif::ns;

constexpr std::string_view recording_token = "recording1";
constexpr std::string_view search_token = "search1";

std::string track(std::string_view token, std::string_view type, const std::string& from,
                  const std::string& to) {
    return fmt::format(
        "<tt:Track><tt:TrackToken>{0}</tt:TrackToken><tt:TrackType>{1}</tt:TrackType><tt:Description>{1}"
        "</tt:Description><tt:DataFrom>{2}</tt:DataFrom><tt:DataTo>{3}</tt:DataTo></tt:Track>",
        token, type, from, to);
}

std::string information(const OnvifStorage& storage, UtcTime now, Ticks90k clock_offset) {
    const std::string from = onvif::to_xml_time(storage.since + clock_offset);
    const std::string to = onvif::to_xml_time(now + clock_offset);
    std::string out = fmt::format(
        "<tt:RecordingInformation><tt:RecordingToken>{}</tt:RecordingToken><tt:Source><tt:SourceId>"
        "urn:simulated</tt:SourceId><tt:Name>Main "
        "stream</tt:Name><tt:Location/><tt:Description/><tt:Address/>"
        "</tt:Source><tt:EarliestRecording>{}</tt:EarliestRecording><tt:LatestRecording>{}</"
        "tt:LatestRecording>"
        "<tt:Content>SD card</tt:Content>{}",
        recording_token, from, to, track("video", "Video", from, to));
    if (storage.has_audio) out += track("audio", "Audio", from, to);
    return out + "<tt:RecordingStatus>Recording</tt:RecordingStatus></tt:RecordingInformation>";
}

std::string element(std::string_view prefix, std::string_view uri, std::string_view name,
                    const std::string& content) {
    return fmt::format(R"(<{0}:{1} xmlns:{0}="{2}">{3}</{0}:{1}>)", prefix, name, uri, content);
}

}  // namespace

OnvifAnswer answer_search_service(OnvifDevice& device, const onvif::Element& request, UtcTime now) {
    const OnvifStorage& storage = *device.storage;
    const Ticks90k clock_offset = device.clock_offset;
    const std::string_view name = request.local_name();
    const auto answer = [](std::string_view what, const std::string& content) {
        return onvif_ok(element("tse", ns::search, what, content));
    };
    if (name == "FindRecordings")
        return answer("FindRecordingsResponse",
                      fmt::format("<tse:SearchToken>{}</tse:SearchToken>", search_token));
    if (name == "GetRecordingSearchResults") {
        if (request.child("SearchToken").text() != search_token)
            return onvif_refused("There is no such recording");
        return answer("GetRecordingSearchResultsResponse",
                      "<tse:ResultList><tt:SearchState>Completed</tt:SearchState>" +
                          information(storage, now, clock_offset) + "</tse:ResultList>");
    }
    if (name == "EndSearch")
        return answer("EndSearchResponse",
                      fmt::format("<tse:Endpoint>{}</tse:Endpoint>", onvif::to_xml_time(now + clock_offset)));
    if (name == "GetRecordingInformation") {
        if (request.child("RecordingToken").text() != recording_token)
            return onvif_refused("There is no such recording");
        std::string content = information(storage, now, clock_offset);
        return answer("GetRecordingInformationResponse", content);
    }
    if (name == "GetRecordingSummary")
        return answer("GetRecordingSummaryResponse",
                      fmt::format("<tse:Summary><tt:DataFrom>{}</tt:DataFrom><tt:DataUntil>{}</tt:DataUntil>"
                                  "<tt:NumberRecordings>1</tt:NumberRecordings></tse:Summary>",
                                  onvif::to_xml_time(storage.since + clock_offset),
                                  onvif::to_xml_time(now + clock_offset)));
    return onvif_not_implemented();
}

OnvifAnswer answer_replay_service(OnvifDevice& device, const onvif::Element& request, UtcTime) {
    if (request.local_name() != "GetReplayUri") return onvif_not_implemented();
    if (request.child("RecordingToken").text() != recording_token)
        return onvif_refused("There is no such recording");
    return onvif_ok(element("trp", ns::replay, "GetReplayUriResponse",
                            fmt::format("<trp:Uri>{}</trp:Uri>", onvif::escape(device.storage->replay_url))));
}

}  // namespace vedette::simulate
