#pragma once
// What a simulated camera with storage of its own answers to the recording search and replay services. No I/O.

#include <optional>
#include <string>

#include "base/time.hpp"
#include "onvif/xml.hpp"

namespace vedette::simulate {

/// One endless recording of the main stream.
struct OnvifStorage {
    std::string replay_url;
    UtcTime since{};  ///< real time of its first frame
    bool has_audio = false;
};

/// The bodies of answers. `clock_offset`: of the camera's clock, which all times are told by. nullopt: there is
/// no such request; an empty text: there is no such recording or search.
std::optional<std::string> search_answer(const OnvifStorage& storage, const onvif::Element& request,
                                         UtcTime now, Ticks90k clock_offset);
std::optional<std::string> replay_answer(const OnvifStorage& storage, const onvif::Element& request);

}  // namespace vedette::simulate
