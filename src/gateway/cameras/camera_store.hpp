#pragma once
// The gateway's cameras: the one owner of their configuration. Passwords are sealed at rest and never leave.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/secret.hpp"
#include "rtsp/certificate_trust.hpp"
#include "rtsp/url.hpp"
#include "store/database.hpp"
#include "wire/messages.hpp"

namespace vedette::gateway {

inline constexpr std::size_t max_cameras = 1000;

struct Camera {
    CameraId id;
    std::string name;
    std::string main_url;  ///< without credentials
    std::string sub_url;   ///< empty: none
    rtsp::Credentials credentials;
    bool allow_basic_in_clear = false;          ///< its password may be sent readably
    bool allow_legacy_tls = false;              ///< TLS with it may be old and weak
    bool fill_gaps = true;                      ///< after an outage, fetch what the camera recorded by itself
    std::optional<std::uint32_t> keep_days{};   ///< recordings that are older are deleted
    std::optional<std::uint64_t> keep_bytes{};  ///< beyond it the oldest are deleted
    wire::KeepRule inherited_keep{};            ///< of its groups and the site; not saved with the camera
    std::string place{};                        ///< disk for its recordings; empty: any
    wire::RecordingPlan recording{};
    wire::Encryption encryption = wire::Encryption::full;
    std::string transport = "auto";  ///< auto, tls, srtp, https, tcp, udp, multicast or http
    std::string
        transport_found{};  ///< the way that worked; written by CameraStore::remember_transport() alone
    /// Whom its addresses belong to, as they were seen first; written by CameraStore::trust() alone.
    std::vector<rtsp::CertificateTrust> certificates{};

    std::optional<wire::DeviceIdentity> device{};  ///< nullopt: added by hand

    Camera duplicate() const {
        return {id,
                name,
                main_url,
                sub_url,
                credentials.duplicate(),
                allow_basic_in_clear,
                allow_legacy_tls,
                fill_gaps,
                keep_days,
                keep_bytes,
                inherited_keep,
                place,
                recording,
                encryption,
                transport,
                transport_found,
                certificates,
                device};
    }
};

/// A stretch that the camera's own storage did not fill, and why.
struct RefusedGap {
    UtcInterval interval;
    std::string message;
    friend bool operator==(const RefusedGap&, const RefusedGap&) = default;
};

/// What `settings` say, over what `camera` has: trimmed, checked against the limits of docs/ref/openapi.yaml,
/// credentials moved from the URL into their fields. `invalid_input` with a sentence that begins with the
/// field's name. Pure.
Result<Camera> apply_settings(Camera camera, wire::CameraSettings settings);

/// The same for the plan alone: it has to be possible, and where it says "on event" the camera has to tell
/// events. Pure.
Result<> apply_recording(Camera& camera, const wire::RecordingSettings& settings);

/// Blocking (SQLite, a few milliseconds at most). One thread.
class CameraStore {
  public:
    /// `key` seals the passwords.
    static Result<CameraStore> open(const std::filesystem::path& file, Secret key);
    /// Passwords that only one of these keys opens are wrapped by the store's own from then on, and the old
    /// ones overwritten.
    Result<> wrap_anew(std::span<const Secret> replaced_keys);
    /// In order of creation. A password that can't be opened is left out, with a line in the log.
    Result<std::vector<Camera>> load();
    /// Adds or replaces.
    Result<> save(const Camera& camera);
    Result<> remove(CameraId id);

    /// What holds for the whole site; the defaults where nothing was set.
    Result<wire::SiteSettings> settings();
    Result<> save(const wire::SiteSettings& settings);
    /// What cameras without a rule of their own go by.
    Result<wire::InheritedRules> inherited_rules();
    /// In place of those before. invalid_input with the field's name where a figure is out of range.
    Result<> save(const wire::InheritedRules& rules);

    /// Replaces what was saved of the camera's main stream.
    Result<> save_refused_gaps(CameraId id, const std::vector<RefusedGap>& gaps);
    Result<std::vector<RefusedGap>> refused_gaps(CameraId id);
    /// Remembers in which way the camera sends.
    Result<> remember_transport(CameraId id, std::string_view transport);
    /// Remembers whom an address of the camera belongs to: adds, or replaces the one of the same authority.
    Result<> trust(CameraId id, const rtsp::CertificateTrust& certificate);

    /// Replaces what is known of the device.
    Result<> save_device(CameraId id, const wire::DeviceIdentity& device);

  private:
    Result<std::vector<rtsp::CertificateTrust>> certificates(CameraId id);
    Result<wire::RecordingPlan> recording_plan(const Camera& camera);
    Result<> save_plan(const Camera& camera);
    CameraStore(store::Database database, Secret key)
        : database_(std::move(database)), key_(std::move(key)) {}
    store::Database database_;
    Secret key_;
};

}  // namespace vedette::gateway
