#pragma once
// The replay service (ONVIF Replay Control Service specification): where a recording is played from.

#include <string>
#include <string_view>

namespace vedette::onvif {

std::string get_replay_uri(std::string_view recording_token);

}  // namespace vedette::onvif
