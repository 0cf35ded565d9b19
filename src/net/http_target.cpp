#include "net/http_target.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace vedette::net {

namespace {

constexpr std::size_t max_query_parameters = 64;

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<> append_segment(std::string_view segment, std::string& path) {
    if (segment == "." || segment == "..")
        return fail(ErrorKind::invalid_input, "The path has a \"{}\" segment", segment);
    if (segment.find_first_of("/\\") != std::string_view::npos || has_control_character(segment))
        return fail(ErrorKind::invalid_input, "The path has an encoded '/', a '\\' or a control character");
    path += '/';
    path += segment;
    return {};
}

}  // namespace

Result<> parse_target(std::string_view target, Request& request) {
    request.path.clear();
    request.query.clear();
    if (target == "*") {
        if (request.method != Method::options)
            return fail(ErrorKind::invalid_input, "The request target \"*\" belongs to OPTIONS");
        request.path = "/";
        return {};
    }
    const auto parsed =
        boost::urls::parse_origin_form(boost::core::string_view(target.data(), target.size()));
    if (!parsed)
        return fail(ErrorKind::invalid_input, "The request target is not a path with an optional query");
    const auto segments = parsed->segments();
    for (const auto& segment : segments) VEDETTE_CHECK(append_segment(segment, request.path));
    if (request.path.empty()) request.path = "/";
    if (parsed->encoded_params().size() > max_query_parameters)
        return fail(ErrorKind::invalid_input, "The query has more than {} parameters", max_query_parameters);
    // Forms and URLSearchParams write a space as '+'.
    boost::urls::encoding_opts options;
    options.space_as_plus = true;
    for (const auto encoded : parsed->encoded_params()) {
        std::string name = encoded.key.decode(options);
        std::string value = encoded.has_value ? encoded.value.decode(options) : std::string();
        if (name.find('\0') != std::string::npos || value.find('\0') != std::string::npos)
            return fail(ErrorKind::invalid_input, "The query has a NUL character");
        // Of two the reader takes one, and whoever looked before him perhaps the other.
        if (request.query_value(name))
            return fail(ErrorKind::invalid_input, "The query has a parameter twice");
        request.query.emplace_back(std::move(name), std::move(value));
    }
    return {};
}

}  // namespace vedette::net
