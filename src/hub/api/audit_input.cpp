#include "hub/api/audit_input.hpp"

#include <charconv>

#include "hub/api/object_reader.hpp"

namespace vedette::hub::api {

namespace {

constexpr std::int64_t max_audit_limit = 500;
constexpr TextLimits stream_host{.min_characters = 1, .max_characters = 253};
constexpr TextLimits stream_word{.max_characters = 16};
constexpr TextLimits stream_pem{.max_characters = 16 * 1024, .may_have_controls = true};

// Sets `out` when the parameter is there.
Outcome<void> read_query_number(const net::Request& request, std::string_view name, std::int64_t min,
                                std::int64_t max, std::optional<std::int64_t>& out) {
    const auto text = request.query_value(name);
    if (!text) return {};
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size() || number < min || number > max)
        return std::unexpected(Problem::invalid(
            std::string(name), fmt::format("{} must be a whole number from {} to {}", name, min, max)));
    out = number;
    return {};
}

template <class IdType>
Outcome<void> read_query_id(const net::Request& request, std::string_view name, std::optional<IdType>& out) {
    const auto text = request.query_value(name);
    if (!text) return {};
    out = IdType::parse(*text);
    if (!out) return std::unexpected(Problem::invalid(std::string(name), fmt::format("{} is no id", name)));
    return {};
}

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= audit::max_word_bytes &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

}  // namespace

Outcome<audit::Query> read_audit_query(const net::Request& request, OrganisationId organisation) {
    audit::Query query{.organisation = organisation};
    std::optional<std::int64_t> start, end, limit, before;
    VEDETTE_CHECK(read_query_number(request, "start_90k", 0, max_ticks_90k, start));
    VEDETTE_CHECK(read_query_number(request, "end_90k", 0, max_ticks_90k, end));
    VEDETTE_CHECK(read_query_number(request, "limit", 1, max_audit_limit, limit));
    VEDETTE_CHECK(read_query_number(request, "before", 0, std::int64_t{1} << 53, before));
    VEDETTE_CHECK(read_query_id(request, "user_id", query.user));
    VEDETTE_CHECK(read_query_id(request, "camera_id", query.camera));
    if (start) query.time.start = from_ticks(*start);
    if (end) query.time.end = from_ticks(*end);
    if (query.time.empty())
        return std::unexpected(Problem::invalid("end_90k", "end_90k must be later than start_90k"));
    if (limit) query.limit = static_cast<std::size_t>(*limit);
    if (before) query.before = static_cast<std::uint64_t>(*before);
    if (const auto action = request.query_value("action")) {
        if (!is_word(*action))
            return std::unexpected(Problem::invalid("action", "action is no word of ours"));
        query.action = *action;
    }
    if (const auto allowed = request.query_value("allowed")) {
        if (*allowed != "true" && *allowed != "false")
            return std::unexpected(Problem::invalid("allowed", "allowed must be true or false"));
        query.allowed = *allowed == "true";
    }
    return query;
}

Outcome<AuditFormat> read_audit_format(const net::Request& request) {
    const auto format = request.query_value("format");
    if (!format || *format == "jsonl") return AuditFormat::jsonl;
    if (*format == "cef") return AuditFormat::cef;
    return std::unexpected(Problem::invalid("format", "format must be jsonl or cef"));
}

Outcome<AuditStreamInput> read_audit_stream(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        AuditStreamInput input;
        syslog::Target& target = input.target;
        target.host = reader.text("host", stream_host);
        if (const auto word = reader.optional_text("transport", stream_word)) {
            if (const auto transport = syslog::parse_transport(*word))
                target.transport = *transport;
            else
                reader.refuse("transport", "transport must be tls or tcp");
        }
        if (const auto word = reader.optional_text("wording", stream_word)) {
            if (const auto wording = syslog::parse_wording(*word))
                target.wording = *wording;
            else
                reader.refuse("wording", "wording must be sentence or cef");
        }
        const auto usual = target.transport == syslog::Transport::tls ? syslog::tls_port : syslog::tcp_port;
        target.port = static_cast<std::uint16_t>(reader.optional_integer("port", 1, 65535).value_or(usual));
        target.allow_in_clear = reader.optional_flag("allow_in_clear").value_or(false);
        target.authorities_pem = reader.optional_text("ca_pem", stream_pem).value_or("");
        target.certificate_pem = reader.optional_text("client_certificate_pem", stream_pem).value_or("");
        if (const auto key = reader.optional_text_or_null("client_key_pem", stream_pem)) {
            target.private_key_pem = Secret(*key);
            input.has_private_key = true;
        }
        input.from_beginning = reader.optional_flag("from_beginning").value_or(false);
        return input;
    });
}

}  // namespace vedette::hub::api
