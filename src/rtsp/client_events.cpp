#include "rtsp/client_events.hpp"

namespace vedette::rtsp {

ClientEvent::ClientEvent() noexcept = default;
ClientEvent::ClientEvent(ClientEvent&&) noexcept = default;
ClientEvent& ClientEvent::operator=(ClientEvent&&) noexcept = default;
ClientEvent::~ClientEvent() = default;

}  // namespace vedette::rtsp
