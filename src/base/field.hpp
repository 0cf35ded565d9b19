#pragma once
// Sentences about input that is wrong begin with the field that it is in: "name: There is a role of this name
// already".

#include <initializer_list>
#include <string>
#include <string_view>

namespace vedette {

/// The one of `fields` with which `message` begins, which is taken off together with ": "; empty when it is
/// none of them. The result views what `fields` view. Any thread.
std::string_view take_field(std::string& message, std::initializer_list<std::string_view> fields);

}  // namespace vedette
