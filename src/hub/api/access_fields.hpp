#pragma once
// Fields that roles, groups, users and tokens have in common; for access_input.cpp and token_input.cpp.

#include <string_view>
#include <vector>

#include "hub/api/object_reader.hpp"
#include "hub/identity/administration.hpp"

namespace vedette::hub::api {

inline constexpr TextLimits access_name_limits{
    .min_characters = 1, .max_characters = identity::max_name_characters, .may_have_controls = false};
inline constexpr TextLimits access_word_limits{
    .min_characters = 1, .max_characters = 40, .may_have_controls = false};
inline constexpr TextLimits access_id_limits{
    .min_characters = 36, .max_characters = 36, .may_have_controls = false};

/// The field `rights`: at least one. `of` is what has them, at the beginning of a sentence.
policy::RightSet read_rights(ObjectReader& reader, std::string_view of);
/// The field `camera_ids`; empty when it is absent.
std::vector<CameraId> read_camera_ids(ObjectReader& reader, std::size_t most);

}  // namespace vedette::hub::api
