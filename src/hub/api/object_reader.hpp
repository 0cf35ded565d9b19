#pragma once
// Reads a JSON object from outside, field by field, strictly: what is not asked for is refused.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "hub/api/problem.hpp"

namespace vedette::hub::api {

/// Limits on JSON from outside, beside HttpLimits::body_bytes.
constexpr std::size_t max_json_bytes = 64 * 1024;
constexpr std::size_t max_json_depth = 4;
/// Latest time that is accepted: the year 3378.
constexpr std::int64_t max_ticks_90k = 4'000'000'000'000'000;

/// A JSON object in UTF-8. Error: 400.
Outcome<boost::json::object> parse_object(std::string_view text);

struct TextLimits {
    std::size_t min_characters = 0;
    std::size_t max_characters = 0;
    bool may_have_controls = false;  ///< passwords may; names and addresses may not
};

/// The first thing that is wrong is kept; reads after it give nothing. Check finish() once, at the end.
class ObjectReader {
  public:
    explicit ObjectReader(const boost::json::object& object) : object_(object) {}

    bool has(std::string_view field) const { return object_.contains(field); }
    std::optional<std::string> optional_text(std::string_view field, TextLimits limits);
    std::string text(std::string_view field, TextLimits limits);
    /// The same, where null is as good as absent.
    std::optional<std::string> optional_text_or_null(std::string_view field, TextLimits limits);
    std::optional<std::int64_t> optional_integer(std::string_view field, std::int64_t min, std::int64_t max);
    /// The same, where null is a value of its own: std::optional(std::nullopt).
    std::optional<std::optional<std::int64_t>> optional_integer_or_null(std::string_view field,
                                                                        std::int64_t min, std::int64_t max);
    /// Any number from `min` to `max`.
    std::optional<double> optional_number(std::string_view field, double min, double max);
    std::optional<bool> optional_flag(std::string_view field);
    std::int64_t integer(std::string_view field, std::int64_t min, std::int64_t max);
    /// Strings, at most `max_items`; empty when the field is absent.
    std::vector<std::string> text_list(std::string_view field, std::size_t max_items, TextLimits limits);
    /// The same, where null is as good as absent: nullopt.
    std::optional<std::vector<std::string>> text_list_or_null(std::string_view field, std::size_t max_items,
                                                              TextLimits limits);
    /// Objects, at most `max_items`; empty when the field is absent.
    std::vector<const boost::json::object*> object_list(std::string_view field, std::size_t max_items);
    /// What `read` (of an ObjectReader) makes of each of them, held to the rules of an object of its own.
    template <class Read>
    auto objects(std::string_view field, std::size_t max_items, Read read) {
        std::vector<decltype(read(std::declval<ObjectReader&>()))> values;
        for (const boost::json::object* object : object_list(field, max_items)) {
            ObjectReader inner(*object);
            values.push_back(read(inner));
            adopt(inner.finish());
        }
        return values;
    }
    /// The object in `field`; nullptr when it is absent.
    const boost::json::object* optional_object(std::string_view field);
    /// Takes over the problem of a reader of an inner object.
    void adopt(const Outcome<void>& inner);
    void refuse(std::string_view field, std::string detail);

    /// The first problem; an unknown field is one.
    Outcome<void> finish();

  private:
    const boost::json::value* take(std::string_view field);
    void require(bool present, std::string_view field);

    const boost::json::object& object_;
    std::set<std::string_view> taken_;
    std::optional<Problem> problem_;
};

/// Reads the one object that `body` is with `fill`, which gives what was read.
template <class Fill>
auto read_object(std::string_view body, Fill fill) -> Outcome<decltype(fill(std::declval<ObjectReader&>()))> {
    auto object = parse_object(body);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(*object);
    auto value = fill(reader);
    VEDETTE_CHECK(reader.finish());
    return value;
}

}  // namespace vedette::hub::api
