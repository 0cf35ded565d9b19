#pragma once
// Carries onvif::SetUpSession's calls to a camera and its answers back: HTTP, Digest, and limits of time and
// size.

#include "base/time.hpp"
#include "net/http.hpp"
#include "onvif/set_up_session.hpp"
#include "onvif/storage_session.hpp"

namespace vedette::gateway::discovery {

constexpr std::chrono::seconds call_limit{8};
constexpr std::chrono::seconds set_up_limit{45};

/// The whole conversation with the device at options.host. Nothing is sent anywhere else, no redirect is
/// followed, and the password itself never leaves: a camera that wants it in the clear (Basic) is told apart
/// in words. Errors are sentences for the person who installs: `unauthenticated`, `unavailable`, `timeout`,
/// `unsupported`, `corrupt`.
net::Awaitable<Result<onvif::DeviceDescription>> describe_device(onvif::SetUpOptions options,
                                                                 const Clock& clock);

/// The same for what the device keeps of `interval`, by our clock (onvif/storage_session).
net::Awaitable<Result<onvif::KeptRecording>> find_kept_recording(onvif::SetUpOptions options,
                                                                 UtcInterval interval, const Clock& clock);

}  // namespace vedette::gateway::discovery
