#include "hub/api/input.hpp"

#include <charconv>

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include "hub/api/device_input.hpp"
#include "hub/api/object_reader.hpp"

namespace vedette::hub::api {

namespace urls = boost::urls;

namespace {

constexpr TextLimits camera_name_limits{
    .min_characters = 1, .max_characters = 100, .may_have_controls = false};
constexpr TextLimits rtsp_url_limits{.min_characters = 0, .max_characters = 1024, .may_have_controls = false};
constexpr TextLimits camera_username_limits{
    .min_characters = 0, .max_characters = 128, .may_have_controls = false};
constexpr TextLimits camera_password_limits{
    .min_characters = 0, .max_characters = 128, .may_have_controls = true};
constexpr TextLimits fingerprint_limits{
    .min_characters = 64, .max_characters = 64, .may_have_controls = false};
constexpr TextLimits transport_limits{.min_characters = 3, .max_characters = 9, .may_have_controls = false};
constexpr TextLimits place_limits{.min_characters = 0, .max_characters = 32, .may_have_controls = false};
constexpr TextLimits reason_limits{.min_characters = 1, .max_characters = 200, .may_have_controls = false};
constexpr TextLimits week_limits{.min_characters = 168, .max_characters = 168, .may_have_controls = false};
constexpr TextLimits kind_limits{.min_characters = 1, .max_characters = 40, .may_have_controls = false};
constexpr TextLimits id_limits{.min_characters = 36, .max_characters = 36, .may_have_controls = false};

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

// Absent is valid. Boost's parser takes text behind an IPv4 address, and its port number wraps around.
bool has_valid_port(std::string_view address) {
    const auto slashes = address.find("://");
    if (slashes == std::string_view::npos) return true;
    std::string_view authority = address.substr(slashes + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    const auto colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
    if (colon == std::string_view::npos || colon + 1 == authority.size()) return true;
    const std::string_view port = authority.substr(colon + 1);
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    return error == std::errc() && end == port.data() + port.size() && number > 0;
}

// Takes the zone out of rtsp://[fe80::1%25eth0]/ (RFC 6874; a bare % as well), which Boost's parser does not
// know. Returns "%25eth0", empty when there is none; nullopt when it is no name of an interface.
std::optional<std::string> take_zone(std::string& address) {
    const auto slashes = address.find("://");
    if (slashes == std::string::npos) return "";
    const auto end = std::min(address.find_first_of("/?#", slashes + 3), address.size());
    const auto at = address.rfind('@', end);
    const auto host = at == std::string::npos || at < slashes ? slashes + 3 : at + 1;
    const auto close = std::min(address.find(']', host), end);
    const auto percent = address.find('%', host);
    if (host == address.size() || address[host] != '[' || close == end || percent >= close) return "";
    std::string zone = address.substr(percent + 1, close - percent - 1);
    if (zone.starts_with("25")) zone.erase(0, 2);
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~";
    if (zone.empty() || zone.find_first_not_of(plain) != std::string::npos) return std::nullopt;
    address.erase(percent, close - percent);
    return "%25" + zone;
}

// rtsp[s]://host[:port]/path; takes credentials out into `settings` where those have none.
void read_url(ObjectReader& reader, std::string_view field, bool may_be_empty,
              std::optional<std::string>& target, wire::CameraSettings& settings) {
    auto text = reader.optional_text(field, rtsp_url_limits);
    if (!text) return;
    std::string address = trimmed(*text);
    const auto zone = take_zone(address);
    if (!zone) {
        reader.refuse(field, "What stands behind % in the address is no name of a network interface");
        return;
    }
    if (address.empty()) {
        if (!may_be_empty) reader.refuse(field, "Enter the camera's address, like rtsp://192.0.2.10/stream1");
        target = address;
        return;
    }
    auto parsed = urls::parse_uri(address);
    if (!parsed) {
        reader.refuse(field, "This is not an address; it should look like rtsp://192.0.2.10/stream1");
        return;
    }
    urls::url url(*parsed);
    url.normalize_scheme();
    if (url.scheme() != "rtsp" && url.scheme() != "rtsps") {
        reader.refuse(field, "The address must begin with rtsp:// or rtsps://");
        return;
    }
    if (!has_valid_port(address)) {
        reader.refuse(field, "The port in the address must be from 1 to 65535");
        return;
    }
    if (url.host().empty()) {
        reader.refuse(field, "The address needs a host, like rtsp://192.0.2.10/stream1");
        return;
    }
    if (url.has_userinfo()) {
        if (!settings.username) settings.username = url.user();
        if (!settings.password && url.has_password()) settings.password = Secret(url.password());
        url.remove_userinfo();
    }
    url.remove_fragment();
    target = std::string(url.buffer());
    if (!zone->empty()) target->insert(target->find(']'), *zone);
}

void read_camera(ObjectReader& reader, wire::CameraSettings& settings, bool main_is_required) {
    settings.username = reader.optional_text("username", camera_username_limits);
    if (const auto password = reader.optional_text("password", camera_password_limits))
        settings.password = Secret(std::string_view(*password));
    settings.transport = reader.optional_text("transport", transport_limits);
    settings.allow_basic_in_clear = reader.optional_flag("allow_basic_in_clear");
    settings.allow_legacy_tls = reader.optional_flag("allow_legacy_tls");
    read_url(reader, "main_url", false, settings.main_url, settings);
    read_url(reader, "sub_url", true, settings.sub_url, settings);
    if (main_is_required && !settings.main_url) reader.refuse("main_url", "The field main_url is missing");
}

void read_name(ObjectReader& reader, wire::CameraSettings& settings, bool required) {
    auto name = reader.optional_text("name", camera_name_limits);
    if (name) {
        settings.name = trimmed(*name);
        if (settings.name->empty()) reader.refuse("name", "Give the camera a name");
    } else if (required) {
        reader.refuse("name", "Give the camera a name");
    }
}

std::optional<WeeklySchedule> read_week(ObjectReader& reader, std::string_view field) {
    const auto digits = reader.optional_text(field, week_limits);
    if (!digits) return std::nullopt;
    auto week = WeeklySchedule::parse(*digits);
    if (!week)
        reader.refuse(field, fmt::format("The field {} must be 168 hexadecimal digits in lower case", field));
    return week;
}

wire::KeepRule read_keep(ObjectReader& reader) {
    wire::KeepRule keep;
    if (const auto days = reader.optional_integer_or_null("keep_days", 1, wire::max_keep_days); days && *days)
        keep.keep_days = static_cast<std::uint32_t>(**days);
    if (const auto bytes = reader.optional_integer_or_null("keep_bytes", 1, wire::max_keep_bytes);
        bytes && *bytes)
        keep.keep_bytes = static_cast<std::uint64_t>(**bytes);
    return keep;
}

wire::RecordingSettings read_recording(ObjectReader& reader) {
    const auto seconds = [&](std::string_view field, std::chrono::seconds least, std::chrono::seconds most) {
        const auto value = reader.optional_integer(field, least.count(), most.count());
        return value ? std::optional(std::chrono::seconds(*value)) : std::nullopt;
    };
    wire::RecordingSettings settings;
    settings.continuous = read_week(reader, "continuous");
    settings.on_event = read_week(reader, "on_event");
    settings.pre_roll = seconds("pre_roll_s", std::chrono::seconds(0), wire::max_pre_roll);
    settings.post_roll = seconds("post_roll_s", wire::min_post_roll, wire::max_post_roll);
    if (settings.continuous && settings.on_event && settings.continuous->overlaps(*settings.on_event))
        reader.refuse("on_event", "A quarter of an hour can't be in both continuous and on_event");
    if (!reader.has("event_kinds")) return settings;
    settings.event_kinds.emplace();
    for (const std::string& name : reader.text_list("event_kinds", wire::event_kind_count, kind_limits)) {
        const auto kind = wire::parse_event_kind(name);
        if (kind)
            settings.event_kinds->set(static_cast<std::size_t>(*kind));
        else
            reader.refuse("event_kinds", fmt::format("{} is no kind of event", name));
    }
    if (settings.event_kinds->none())
        reader.refuse("event_kinds", "Choose at least one kind of event that starts a recording");
    return settings;
}

std::optional<wire::Encryption> read_encryption(ObjectReader& reader) {
    const auto text = reader.optional_text("encryption", {.min_characters = 4, .max_characters = 5});
    const auto encryption = text ? wire::parse_encryption(*text) : std::nullopt;
    if (text && !encryption) reader.refuse("encryption", "The field encryption must be full or light");
    return encryption;
}

Outcome<wire::CameraSettings> read_settings(std::string_view body, bool is_new) {
    return read_object(body, [is_new](ObjectReader& reader) {
        wire::CameraSettings settings;
        read_name(reader, settings, is_new);
        read_camera(reader, settings, is_new);
        settings.fill_gaps = reader.optional_flag("fill_gaps");
        if (const auto days = reader.optional_integer_or_null("keep_days", 1, wire::max_keep_days))
            settings.keep_days = static_cast<std::uint32_t>(days->value_or(0));
        if (const auto bytes = reader.optional_integer_or_null("keep_bytes", 1, wire::max_keep_bytes))
            settings.keep_bytes = static_cast<std::uint64_t>(bytes->value_or(0));
        settings.encryption = read_encryption(reader);
        settings.place = reader.optional_text("place", place_limits);
        if (const auto* recording = reader.optional_object("recording")) {
            ObjectReader inner(*recording);
            settings.recording = read_recording(inner);
            reader.adopt(inner.finish());
        }
        if (!is_new) {
            settings.accept_certificate = reader.optional_text("accept_certificate", fingerprint_limits);
            settings.accept_signing_key = reader.optional_text("accept_signing_key", fingerprint_limits);
        }
        if (const auto* device = reader.optional_object("device")) {
            auto identity = read_device(*device);
            if (identity)
                settings.device = std::move(*identity);
            else
                reader.adopt(std::unexpected(identity.error()));
        }
        return settings;
    });
}

Outcome<UtcTime> read_time(const net::Request& request, std::string_view field) {
    const auto text = request.query_value(field);
    std::int64_t value = -1;
    if (text) {
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
        if (error != std::errc() || end != text->data() + text->size()) value = -1;
    }
    if (value < 0 || value > max_ticks_90k)
        return std::unexpected(Problem::invalid(
            std::string(field),
            fmt::format("{} must be a time in 90 kHz ticks since 1970, from 0 to {}", field, max_ticks_90k)));
    return from_ticks(value);
}

Outcome<media::StreamKind> read_stream(const net::Request& request) {
    const auto text = request.query_value("stream");
    if (!text) return media::StreamKind::main;
    const auto kind = parse_stream_kind(*text);
    if (!kind) return std::unexpected(Problem::invalid("stream", "stream must be main or sub"));
    return *kind;
}

}  // namespace

Outcome<wire::CameraSettings> read_new_camera(std::string_view body) {
    return read_settings(body, true);
}

Outcome<wire::CameraSettings> read_camera_change(std::string_view body) {
    return read_settings(body, false);
}

Outcome<wire::Hold> read_hold(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        wire::Hold hold;
        hold.start = from_ticks(reader.integer("start_90k", 0, max_ticks_90k));
        if (const auto end = reader.optional_integer_or_null("end_90k", 0, max_ticks_90k); end && *end)
            hold.end = from_ticks(**end);
        hold.reason = trimmed(reader.text("reason", reason_limits));
        if (hold.reason.empty()) reader.refuse("reason", "Say why these recordings are held");
        if (hold.end && *hold.end <= hold.start)
            reader.refuse("end_90k", "end_90k must be later than start_90k");
        return hold;
    });
}

Outcome<wire::ChangeSettings> read_settings_change(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        wire::ChangeSettings change;
        change.only_trusted_certificates = reader.optional_flag("only_trusted_certificates");
        return change;
    });
}

Outcome<wire::InheritedRules> read_inherited_rules(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        wire::InheritedRules rules;
        if (const auto* site = reader.optional_object("site")) {
            ObjectReader inner(*site);
            rules.site = read_keep(inner);
            reader.adopt(inner.finish());
        }
        rules.groups = reader.objects("groups", wire::max_group_rules, [](ObjectReader& group) {
            const auto id = CameraGroupId::parse(group.text("group_id", id_limits));
            if (!id) group.refuse("group_id", "The field group_id must be a UUID");
            return wire::GroupRule{
                .group = id.value_or(CameraGroupId()), .keep = read_keep(group), .cameras = {}};
        });
        std::set<CameraGroupId> named;
        for (const wire::GroupRule& rule : rules.groups)
            if (!named.insert(rule.group).second) reader.refuse("groups", "Name each group once");
        return rules;
    });
}

Outcome<CameraTestInput> read_camera_test(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        CameraTestInput input;
        if (const auto id = reader.optional_text("camera_id", id_limits)) {
            input.camera = CameraId::parse(*id);
            if (!input.camera) reader.refuse("camera_id", "The field camera_id must be a UUID");
        }
        read_camera(reader, input.settings, !input.camera);
        return input;
    });
}

std::optional<media::StreamKind> parse_stream_kind(std::string_view text) {
    for (const auto kind : {media::StreamKind::main, media::StreamKind::sub})
        if (text == media::to_string(kind)) return kind;
    return std::nullopt;
}

Outcome<IntervalInput> read_interval(const net::Request& request) {
    IntervalInput input;
    VEDETTE_TRY(input.interval.start, read_time(request, "start_90k"));
    VEDETTE_TRY(input.interval.end, read_time(request, "end_90k"));
    if (input.interval.empty())
        return std::unexpected(Problem::invalid("end_90k", "end_90k must be later than start_90k"));
    VEDETTE_TRY(input.stream, read_stream(request));
    return input;
}

Outcome<MomentInput> read_moment(const net::Request& request) {
    MomentInput input;
    VEDETTE_TRY(input.at, read_time(request, "at_90k"));
    VEDETTE_TRY(input.stream, read_stream(request));
    return input;
}

std::string authority_of(std::string_view url) {
    std::string address(url);
    const auto zone = take_zone(address);
    const auto parsed = urls::parse_uri(address);
    if (!parsed) return {};
    urls::url normal(*parsed);
    normal.normalize_authority();
    normal.normalize_scheme();
    return std::string(normal.encoded_host()) + zone.value_or("") + ":" +
           (normal.has_port()            ? std::to_string(normal.port_number())
            : normal.scheme() == "rtsps" ? "322"
                                         : "554");
}

}  // namespace vedette::hub::api
