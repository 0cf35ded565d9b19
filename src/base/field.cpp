#include "base/field.hpp"

namespace vedette {

std::string_view take_field(std::string& message, std::initializer_list<std::string_view> fields) {
    for (const std::string_view field : fields) {
        if (!message.starts_with(field) || message.substr(field.size(), 2) != ": ") continue;
        message.erase(0, field.size() + 2);
        return field;
    }
    return {};
}

}  // namespace vedette
