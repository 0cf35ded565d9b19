#pragma once
// The replay service (ONVIF Replay Control Service specification): where a recording is played from.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace vedette::onvif {

std::string get_replay_uri(std::string_view recording_token);
/// The address as it is told.
Result<std::string> parse_replay_uri(std::string_view answer);

}  // namespace vedette::onvif
