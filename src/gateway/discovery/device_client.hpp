#pragma once
// Questions to one device over HTTP or HTTPS: Digest, WS-UsernameToken, the trust in its certificate, limits
// of time and size. What it answers is read in the camera process. Nothing is sent to another host, and no
// redirect is followed.

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "gateway/camera_process/camera_process.hpp"
#include "net/http_client.hpp"
#include "onvif/call_session.hpp"
#include "onvif/set_up_session.hpp"
#include "onvif/storage_session.hpp"
#include "rtsp/auth.hpp"
#include "rtsp/certificate_trust.hpp"

namespace vedette::gateway::discovery {

using camera_process::CameraProcess;

constexpr std::chrono::seconds call_limit{8};
constexpr std::chrono::seconds set_up_limit{45};

/// Where a device is asked, and as whom.
struct DeviceAccess {
    std::string host;
    onvif::Place place{.port = 80, .path = std::string(onvif::default_device_path), .secure = false};
    rtsp::Credentials credentials;
    std::vector<rtsp::CertificateTrust> certificates;  ///< what is known of the host, by host:port

    bool only_trusted = false;  ///< there is no trust on first use

    DeviceAccess duplicate() const {
        return {host, place, credentials.duplicate(), certificates, only_trusted};
    }
};

/// Use from one loop; one question at a time.
class DeviceClient {
  public:
    /// `clock` and `process` outlive the client.
    DeviceClient(DeviceAccess access, const Clock& clock, CameraProcess& process);

    /// An ONVIF question to the service at `told`, an address that the device has named; empty: its device
    /// service. What is read of the answer fits `question`. Errors are sentences: `unauthenticated`,
    /// `unavailable`, `timeout`, `unsupported`, `corrupt`, `exhausted`, `forbidden` when its certificate has
    /// changed.
    net::Awaitable<Result<onvif::Reply>> ask(std::string told, std::string body, onvif::Question question);
    /// The same for one alternative of Reply.
    template <class T>
    net::Awaitable<Result<T>> ask_for(std::string told, std::string body, onvif::Question question) {
        auto asking = ask(std::move(told), std::move(body), std::move(question));
        auto reply = co_await std::move(asking);
        co_return onvif::take_as<T>(std::move(reply));
    }

    /// Any HTTP request, with Digest where the device asks for it (Basic: only inside of TLS). `limit` is of
    /// connecting, asking and the answer together.
    net::Awaitable<Result<net::HttpAnswer>> exchange(onvif::Place place, net::Method method, std::string type,
                                                     std::string body, net::HttpClientLimits limits,
                                                     std::chrono::seconds limit = call_limit);
    /// A SOAP envelope.
    net::Awaitable<Result<net::HttpAnswer>> post(onvif::Place place, std::string envelope,
                                                 std::chrono::seconds limit = call_limit);
    /// What is known of the host's certificates from now on, instead of what was.
    void trust(std::vector<rtsp::CertificateTrust> certificates, bool only_trusted);

    /// A connection to the host, over TLS whose certificate was judged when place.secure.
    net::Awaitable<Result<net::TcpStream>> open(onvif::Place place);
    /// The value of the header Host.
    std::string host_header(const onvif::Place& place) const;
    /// The value of Authorization, once the device has asked for it.
    std::optional<std::string> authorize(net::Method method, const std::string& target) {
        return authenticator_.authorize(to_string(method), target);
    }
    /// The certificate that the device has shown first, when nothing was known of it.
    const std::optional<rtsp::CertificateTrust>& first_seen() const { return first_seen_; }
    std::optional<Ticks90k> clock_offset() const { return calls_.clock_offset(); }
    const DeviceAccess& access() const { return access_; }
    CameraProcess& process() const { return process_; }

  private:
    friend net::Awaitable<Result<onvif::DeviceDescription>> describe_device(DeviceClient& client,
                                                                            bool identity_only);
    friend net::Awaitable<Result<onvif::KeptRecording>> find_kept_recording(DeviceClient& client,
                                                                            UtcInterval interval);
    net::Awaitable<Result<onvif::DeviceDescription>> converse(bool identity_only);
    net::Awaitable<Result<onvif::KeptRecording>> look_for(UtcInterval interval);
    net::Awaitable<Result<net::HttpAnswer>> once(onvif::Place place, net::HttpCall call,
                                                 net::HttpClientLimits limits);
    net::Awaitable<Result<net::HttpAnswer>> once_in_time(onvif::Place place, net::HttpCall call,
                                                         net::HttpClientLimits limits,
                                                         std::chrono::seconds limit);
    Result<> judge(const rtsp::CertificateTrust& seen);

    DeviceAccess access_;
    const Clock& clock_;
    CameraProcess& process_;
    rtsp::Authenticator authenticator_;
    onvif::CallSession calls_;
    std::optional<rtsp::CertificateTrust> first_seen_;
};

/// The whole conversation that finds out what a device is: `identity_only` leaves out its streams.
net::Awaitable<Result<onvif::DeviceDescription>> describe_device(DeviceClient& client, bool identity_only);

/// The same for what the device keeps of `interval`, by our clock (onvif/storage_session).
net::Awaitable<Result<onvif::KeptRecording>> find_kept_recording(DeviceClient& client, UtcInterval interval);

}  // namespace vedette::gateway::discovery
