#include "onvif/search.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

constexpr std::size_t max_token_bytes = 128;
constexpr int first_year = 1970;
constexpr int last_year = 2199;

/// Takes exactly `digits` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc() || end != text.data() + digits || text.front() == '-') return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take_mark(std::string_view& text, char mark) {
    if (!text.starts_with(mark)) return false;
    text.remove_prefix(1);
    return true;
}

/// The fraction of a second; what is finer than a tick is dropped.
std::optional<Ticks90k> take_fraction(std::string_view& text) {
    if (!take_mark(text, '.')) return Ticks90k(0);
    std::int64_t billionths = 0;
    std::int64_t unit = 1'000'000'000;
    std::size_t digits = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
        unit /= 10;
        billionths += unit * (text.front() - '0');
    }
    if (digits == 0) return std::nullopt;
    return std::chrono::floor<Ticks90k>(std::chrono::nanoseconds(billionths));
}

/// How far the zone is ahead of UTC.
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
    if (text.empty() || take_mark(text, 'Z')) return std::chrono::minutes(0);
    const int sign = take_mark(text, '+') ? 1 : take_mark(text, '-') ? -1 : 0;
    const auto hours = take_number(text, 2);
    if (sign == 0 || !hours || !take_mark(text, ':')) return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *hours > 14 || *minutes > 59) return std::nullopt;
    return sign * std::chrono::minutes(*hours * 60 + *minutes);
}

RecordingInformation read_recording(const Element& element) {
    RecordingInformation recording;
    recording.token = element.child("RecordingToken").text(max_token_bytes);
    const Element source = element.child("Source");
    recording.source = source.child("Name").text(max_token_bytes);
    recording.earliest = parse_date_time(element.child("EarliestRecording").text(64));
    recording.latest = parse_date_time(element.child("LatestRecording").text(64));
    recording.is_recording = element.child("RecordingStatus").text(32) == "Recording";
    for (const Element& track : element.children()) {
        if (track.local_name() != "Track" || recording.tracks.size() == max_recording_tracks) continue;
        recording.tracks.push_back({.is_video = track.child("TrackType").text(32) == "Video",
                                    .from = parse_date_time(track.child("DataFrom").text(64)),
                                    .to = parse_date_time(track.child("DataTo").text(64))});
    }
    return recording;
}

/// How much of `interval` the recording may have.
Ticks90k share_of(const RecordingInformation& recording, UtcInterval interval) {
    UtcInterval kept = interval;
    if (recording.earliest) kept.start = std::max(kept.start, *recording.earliest);
    if (recording.latest && !recording.is_recording) kept.end = std::min(kept.end, *recording.latest);
    return kept.end - kept.start;
}

}  // namespace

std::optional<UtcTime> parse_date_time(std::string_view text) {
    const auto year = take_number(text, 4);
    if (!year || !take_mark(text, '-')) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take_mark(text, '-')) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day || !take_mark(text, 'T')) return std::nullopt;
    const auto hour = take_number(text, 2);
    if (!hour || !take_mark(text, ':')) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || !take_mark(text, ':')) return std::nullopt;
    const auto second = take_number(text, 2);
    if (!second || *year < first_year || *year > last_year || *hour > 24 || *minute > 59 || *second > 60)
        return std::nullopt;
    const auto fraction = take_fraction(text);
    if (!fraction) return std::nullopt;
    const auto zone = take_zone(text);
    if (!zone || !text.empty()) return std::nullopt;
    const std::chrono::year_month_day calendar{std::chrono::year(*year),
                                               std::chrono::month(static_cast<unsigned>(*month)),
                                               std::chrono::day(static_cast<unsigned>(*day))};
    if (!calendar.ok()) return std::nullopt;
    const std::chrono::seconds whole = std::chrono::sys_days(calendar).time_since_epoch() +
                                       std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                                       std::chrono::seconds(*second) - *zone;
    return from_unix_seconds(whole.count()) + *fraction;
}

bool RecordingInformation::has_video() const {
    // Some devices name no tracks at all.
    return tracks.empty() || std::ranges::any_of(tracks, &RecordingTrack::is_video);
}

std::string find_recordings() {
    return fmt::format(R"(<tse:FindRecordings xmlns:tse="{}"><tse:Scope/><tse:MaxMatches>{}</tse:MaxMatches>)"
                       R"(<tse:KeepAliveTime>PT30S</tse:KeepAliveTime></tse:FindRecordings>)",
                       ns::search, max_found_recordings);
}

std::string get_recording_search_results(std::string_view search_token) {
    return fmt::format(
        R"(<tse:GetRecordingSearchResults xmlns:tse="{}"><tse:SearchToken>{}</tse:SearchToken>)"
        R"(<tse:MaxResults>{}</tse:MaxResults><tse:WaitTime>PT5S</tse:WaitTime>)"
        R"(</tse:GetRecordingSearchResults>)",
        ns::search, escape(search_token), max_found_recordings);
}

std::string end_search(std::string_view search_token) {
    return fmt::format(
        R"(<tse:EndSearch xmlns:tse="{}"><tse:SearchToken>{}</tse:SearchToken></tse:EndSearch>)", ns::search,
        escape(search_token));
}

Result<std::string> parse_find_recordings(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::search, "FindRecordingsResponse"));
    std::string token = envelope.body.child("SearchToken").text(max_token_bytes);
    if (token.empty()) return fail(ErrorKind::corrupt, "the camera's search has no name");
    return token;
}

Result<SearchResults> parse_recording_search_results(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope,
                parse_answer(answer, ns::search, "GetRecordingSearchResultsResponse"));
    const Element list = envelope.body.child("ResultList");
    SearchResults results;
    const std::string state = list.child("SearchState").text(32);
    results.completed = state == "Completed" || state == "Unknown";
    for (const Element& element : list.children()) {
        if (element.local_name() != "RecordingInformation") continue;
        if (results.recordings.size() == max_found_recordings) break;
        RecordingInformation recording = read_recording(element);
        if (!recording.token.empty()) results.recordings.push_back(std::move(recording));
    }
    return results;
}

const RecordingInformation* best_recording(const std::vector<RecordingInformation>& recordings,
                                           UtcInterval interval) {
    const RecordingInformation* best = nullptr;
    for (const RecordingInformation& recording : recordings) {
        const Ticks90k share = share_of(recording, interval);
        if (!recording.has_video() || share <= Ticks90k(0)) continue;
        if (best == nullptr || share > share_of(*best, interval)) best = &recording;
    }
    return best;
}

}  // namespace vedette::onvif
