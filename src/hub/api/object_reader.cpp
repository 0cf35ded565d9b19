#include "hub/api/object_reader.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "hub/identity/rules.hpp"

namespace vedette::hub::api {

namespace json = boost::json;

Outcome<json::object> parse_object(std::string_view text) {
    const auto refuse = [](std::string detail) {
        return std::unexpected(Problem(400, "invalid_input", std::move(detail)));
    };
    if (text.size() > max_json_bytes) return refuse("The JSON document is too large");
    json::parse_options options;
    options.max_depth = max_json_depth;
    boost::system::error_code error;
    json::value value = json::parse(text, error, {}, options);
    if (error) return refuse("The request's body is not valid JSON: " + error.message());
    if (!value.is_object()) return refuse("The request's body must be a JSON object");
    return std::move(value.get_object());
}

void ObjectReader::refuse(std::string_view field, std::string detail) {
    if (!problem_) problem_ = Problem::invalid(std::string(field), std::move(detail));
}

const json::value* ObjectReader::take(std::string_view field) {
    taken_.insert(field);
    return problem_ ? nullptr : object_.if_contains(field);
}

void ObjectReader::require(bool present, std::string_view field) {
    if (!present) refuse(field, fmt::format("The field {} is missing", field));
}

std::optional<std::string> ObjectReader::optional_text(std::string_view field, TextLimits limits) {
    const json::value* value = take(field);
    if (!value) return std::nullopt;
    const json::string* string = value->if_string();
    if (!string) {
        refuse(field, fmt::format("The field {} must be text", field));
        return std::nullopt;
    }
    std::string text(string->data(), string->size());
    const std::size_t characters = identity::count_characters(text);
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (characters < limits.min_characters)
        refuse(field, fmt::format("The field {} needs at least {} character{}", field, limits.min_characters,
                                  limits.min_characters == 1 ? "" : "s"));
    else if (characters > limits.max_characters)
        refuse(field,
               fmt::format("The field {} may have at most {} characters", field, limits.max_characters));
    else if (!limits.may_have_controls && std::ranges::any_of(text, is_control))
        refuse(field, fmt::format("The field {} may not have control characters", field));
    if (problem_) return std::nullopt;
    return text;
}

std::optional<std::string> ObjectReader::optional_text_or_null(std::string_view field, TextLimits limits) {
    const json::value* value = object_.if_contains(field);
    if (!value || !value->is_null()) return optional_text(field, limits);
    (void)take(field);
    return std::nullopt;
}

std::string ObjectReader::text(std::string_view field, TextLimits limits) {
    auto value = optional_text(field, limits);
    require(value.has_value(), field);
    return std::move(value).value_or("");
}

std::optional<std::int64_t> ObjectReader::optional_integer(std::string_view field, std::int64_t min,
                                                           std::int64_t max) {
    const json::value* value = take(field);
    if (!value) return std::nullopt;
    boost::system::error_code error;
    const auto number = value->to_number<std::int64_t>(error);  // also takes 2.0, which is the same in JSON
    if (error || number < min || number > max) {
        refuse(field, fmt::format("The field {} must be a whole number from {} to {}", field, min, max));
        return std::nullopt;
    }
    return number;
}

std::optional<std::optional<std::int64_t>> ObjectReader::optional_integer_or_null(std::string_view field,
                                                                                  std::int64_t min,
                                                                                  std::int64_t max) {
    const json::value* value = object_.if_contains(field);
    if (value && value->is_null()) {
        (void)take(field);
        return std::optional<std::int64_t>();
    }
    const auto number = optional_integer(field, min, max);
    if (!number) return std::nullopt;
    return number;
}

std::optional<double> ObjectReader::optional_number(std::string_view field, double min, double max) {
    const json::value* value = take(field);
    if (!value) return std::nullopt;
    boost::system::error_code error;
    const auto number = value->to_number<double>(error);
    if (error || !(number >= min && number <= max)) {
        refuse(field, fmt::format("The field {} must be a number from {} to {}", field, min, max));
        return std::nullopt;
    }
    return number;
}

std::optional<bool> ObjectReader::optional_flag(std::string_view field) {
    const json::value* value = take(field);
    if (!value) return std::nullopt;
    if (!value->is_bool()) {
        refuse(field, fmt::format("The field {} must be true or false", field));
        return std::nullopt;
    }
    return value->get_bool();
}

std::int64_t ObjectReader::integer(std::string_view field, std::int64_t min, std::int64_t max) {
    const auto value = optional_integer(field, min, max);
    require(value.has_value(), field);
    return value.value_or(min);
}

std::vector<std::string> ObjectReader::text_list(std::string_view field, std::size_t max_items,
                                                 TextLimits limits) {
    const json::value* value = take(field);
    if (!value) return {};
    const json::array* array = value->if_array();
    if (!array) {
        refuse(field, fmt::format("The field {} must be a list", field));
        return {};
    }
    if (array->size() > max_items) {
        refuse(field, fmt::format("The field {} may have at most {} entries", field, max_items));
        return {};
    }
    std::vector<std::string> texts;
    for (const json::value& item : *array) {
        // Each is held to the same rules as a field of its own.
        const json::object wrapped{{field, item}};
        ObjectReader reader(wrapped);
        texts.push_back(reader.text(field, limits));
        adopt(reader.finish());
    }
    return texts;
}

std::optional<std::vector<std::string>> ObjectReader::text_list_or_null(std::string_view field,
                                                                        std::size_t max_items,
                                                                        TextLimits limits) {
    const json::value* value = object_.if_contains(field);
    if (value && !value->is_null()) return text_list(field, max_items, limits);
    (void)take(field);
    return std::nullopt;
}

std::vector<const json::object*> ObjectReader::object_list(std::string_view field, std::size_t max_items) {
    const json::value* value = take(field);
    if (!value) return {};
    const json::array* array = value->if_array();
    if (!array) {
        refuse(field, fmt::format("The field {} must be a list", field));
        return {};
    }
    if (array->size() > max_items) {
        refuse(field, fmt::format("The field {} may have at most {} entries", field, max_items));
        return {};
    }
    std::vector<const json::object*> objects;
    for (const json::value& item : *array) {
        if (!item.is_object()) {
            refuse(field, fmt::format("The field {} must be a list of objects", field));
            return {};
        }
        objects.push_back(item.if_object());
    }
    return objects;
}

const json::object* ObjectReader::optional_object(std::string_view field) {
    const json::value* value = take(field);
    if (!value) return nullptr;
    if (!value->is_object()) refuse(field, fmt::format("The field {} must be an object", field));
    return value->if_object();
}

void ObjectReader::adopt(const Outcome<void>& inner) {
    if (!inner && !problem_) problem_ = inner.error();
}

Outcome<void> ObjectReader::finish() {
    for (const auto& [key, value] : object_) {
        const std::string_view name(key.data(), key.size());
        if (!taken_.contains(name)) {
            // Not echoed in full: it is the sender's text.
            refuse(name.substr(0, 40), "This field is not known here");
            break;
        }
    }
    if (problem_) return std::unexpected(std::move(*problem_));
    return {};
}

}  // namespace vedette::hub::api
