#pragma once
// What hub and gateway say to each other: typed values. The in-memory link passes them as they are; a network
// link will serialise them. The gateway owns its cameras' configuration and state; the hub keeps the copy
// that it is sent.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "media/signature_verdict.hpp"
#include "media/types.hpp"
#include "wire/control.hpp"
#include "wire/device_care.hpp"
#include "wire/encryption.hpp"
#include "wire/recording.hpp"
#include "wire/retention.hpp"

namespace vedette::wire {

// ---- cameras

/// Which device a camera is, beyond its address, as ONVIF told when it was set up. Empty fields are not
/// known.
struct DeviceIdentity {
    std::string onvif_url;  ///< http://host[:port]/path of the device service
    std::string endpoint;   ///< UUID of its endpoint reference, lower case
    std::string serial;
    std::vector<std::string> macs;  ///< 12 hexadecimal digits each
    std::string manufacturer;
    std::string model;
    std::string firmware;
    std::vector<std::string> services{};  ///< what it can do: media, media2, events, ptz, imaging
    UtcTime checked{};                    ///< when the device was asked last; 1970: when it was set up

    friend bool operator==(const DeviceIdentity&, const DeviceIdentity&) = default;
};

/// What an administrator writes. A field that is not set stays as it is (ChangeCamera).
struct CameraSettings {
    std::optional<std::string> name;      ///< 1 to 100 characters
    std::optional<std::string> main_url;  ///< rtsp://host[:port]/path, without credentials
    std::optional<std::string> sub_url;   ///< empty: the camera has no sub stream
    std::optional<std::string> username;
    std::optional<Secret> password;        ///< write-only: never sent back
    std::optional<std::string> transport;  ///< auto, tls, srtp, https, tcp, udp, multicast or http
    /// The camera may be sent its password by Basic on a connection without TLS: anybody on the way can read
    /// it.
    std::optional<bool> allow_basic_in_clear;
    /// TLS with this camera may be of an old version or with weak suites: who is between can read and alter
    /// it.
    std::optional<bool> allow_legacy_tls;
    std::optional<bool> fill_gaps;            ///< after an outage, fetch what the camera recorded by itself
    std::optional<std::uint32_t> keep_days;   ///< delete recordings that are older; 0: none for their age
    std::optional<std::uint64_t> keep_bytes;  ///< delete the oldest beyond; 0: none for their size
    std::optional<std::string> place;  ///< name of the disk that its recordings should go to; empty: any
    std::optional<RecordingSettings> recording;
    std::optional<Encryption> encryption;  ///< of what is recorded from now on
    /// ChangeCamera: the fingerprint of the changed certificate that is to be trusted from now on.
    std::optional<std::string> accept_certificate;
    /// ChangeCamera: the fingerprint of the key that the camera signs its video with from now on.
    std::optional<std::string> accept_signing_key{};
    std::optional<DeviceIdentity> device;
};

enum class CameraState : std::uint8_t {
    connecting,
    recording,
    waiting,              ///< lost or refused; will be tried again at `retry_at`
    unauthorised,         ///< wrong user name or password: not tried again until the settings change
    certificate_changed,  ///< not who it was: not tried again until an administrator accepts the certificate
};
std::string_view to_string(CameraState state);
std::optional<CameraState> parse_camera_state(std::string_view text);

/// Who the camera is by its TLS certificate. Fingerprints are of public keys: SHA-256, 64 hexadecimal digits.
struct CertificateStatus {
    bool authorised = false;  ///< the system's authorities vouch for it; else it is pinned since first use
    std::string fingerprint;  ///< of the trusted key
    std::string offered;  ///< in state certificate_changed, of the key that the camera shows now; else empty
};

/// What the camera's own signatures over its video are worth. Fingerprints as in CertificateStatus.
struct SignatureStatus {
    media::Authenticity last = media::Authenticity::none;  ///< of what was recorded last
    std::string key;      ///< that the camera signs with now; empty before a signature was found good
    std::string trusted;  ///< that it signed with first, or that was accepted; empty: it has never signed
    std::array<std::uint64_t, media::authenticities>
        fragments{};                            ///< by Authenticity; since the gateway's start
    std::optional<UtcTime> not_authentic_at{};  ///< the last that was not; since the gateway's start

    bool has_changed() const { return !key.empty() && !trusted.empty() && key != trusted; }
};

/// How well a stream does, beyond its state.
struct StreamHealth {
    std::uint64_t damaged_pictures = 0;   ///< left out; since the gateway's start
    std::uint64_t refused_packets = 0;    ///< SRTP: forged, damaged or seen before; since the gateway's start
    std::uint64_t reconnects = 0;         ///< since the gateway's start
    std::optional<UtcTime> last_picture;  ///< when it arrived; unset before the first
    std::optional<double> key_frame_interval_seconds;
    std::optional<double> clock_drift_ppm;  ///< of the media clock; positive: the camera's runs fast
    std::optional<Ticks90k> clock_offset;   ///< the camera's wall clock minus the gateway's
};

/// At `at` a stream came into `state`, or its reason became another one.
struct StateChange {
    media::StreamKind stream = media::StreamKind::main;
    CameraState state = CameraState::connecting;
    std::string reason;
    UtcTime at{};

    friend bool operator==(const StateChange&, const StateChange&) = default;
};

struct StreamStatus {
    media::StreamKind kind = media::StreamKind::main;
    CameraState state = CameraState::connecting;
    std::string reason;  ///< one sentence when something is wrong, else empty
    UtcTime since{};     ///< of `state`
    double bits_per_second = 0;
    double frames_per_second = 0;
    std::vector<media::TrackParameters> tracks;  ///< empty before the first connection
    std::string transport;           ///< as the setting, without auto: in use; empty before the first picture
    std::uint64_t lost_packets = 0;  ///< since the gateway's start
    std::uint64_t reordered_packets = 0;           ///< since the gateway's start
    std::optional<CertificateStatus> certificate;  ///< unset without TLS
    std::optional<SignatureStatus> signature{};    ///< unset when the camera has never signed its video
    StreamHealth health{};
};

/// What becomes of gaps that the camera may fill from its own storage.
enum class GapFillingState : std::uint8_t {
    off,          ///< by the camera's setting
    unsupported,  ///< the camera can't be asked, or has no such services
    idle,
    fetching,
    failed,  ///< will be tried again
};
std::string_view to_string(GapFillingState state);
struct GapFilling {
    GapFillingState state = GapFillingState::idle;
    std::string message;  ///< one sentence about what was done last, or is wrong; may be empty
    friend bool operator==(const GapFilling&, const GapFilling&) = default;
};

struct CameraStatus {
    CameraId id;
    std::string name;
    std::string main_url;
    std::string sub_url;
    std::string username;
    bool has_password = false;
    std::string transport = "auto";
    bool allow_basic_in_clear = false;
    bool allow_legacy_tls = false;
    bool fill_gaps = true;
    std::optional<std::uint32_t> keep_days;
    std::optional<std::uint64_t> keep_bytes;
    KeepRule inherited_keep;  ///< what holds where the camera has no days or bytes of its own
    Encryption encryption = Encryption::full;
    std::string place;  ///< the disk that its recordings should go to; empty: any
    RecordingPlan recording;
    RecordingNow recording_now;
    GapFilling gap_filling;
    bool talking = false;  ///< somebody speaks through its loudspeaker
    std::optional<DeviceIdentity> device;
    std::vector<StreamStatus> streams;  ///< main first
};

struct AddCamera {
    CameraSettings settings;
};
struct ChangeCamera {
    CameraId id;
    CameraSettings settings;
};
/// Also deletes the camera's recordings: keys first, then files. conflict: something of it is held.
struct RemoveCamera {
    CameraId id;
};
/// Connects without changing anything. With `id`, fields that are not set (the password) come from that
/// camera.
struct TestCamera {
    std::optional<CameraId> id;
    CameraSettings settings;
};

struct StreamTest {
    media::StreamKind kind = media::StreamKind::main;
    bool ok = false;
    std::string message;  ///< one sentence: what was found, or what is wrong and what to do
    std::vector<media::TrackParameters> tracks;
};
struct TestReport {
    std::vector<StreamTest> streams;
};

/// The last changes of state of a camera's streams; earlier processes' among them.
struct QueryStateHistory {
    CameraId camera;
};
struct StateHistory {
    std::vector<StateChange> changes;  ///< the newest first
};

// ---- discovery

/// The networks that the gateway can search.
struct ListInterfaces {};
struct Interface {
    std::string name;
    std::string address;  ///< IPv4 or IPv6; a link-local one with its zone: fe80::1%eth0
    std::uint32_t prefix_length = 32;
    bool loopback = false;
};
struct Interfaces {
    std::vector<Interface> interfaces;
};

/// Searches for cameras; takes several seconds.
struct DiscoverCameras {
    std::vector<std::string> interfaces;  ///< addresses out of Interfaces
    std::vector<std::string> ranges;      ///< 192.0.2.10-192.0.2.50, 192.0.2.0/24
};
struct FoundCamera {
    std::string address;
    std::uint16_t port = 80;
    std::string path;
    bool secure = false;  ///< its ONVIF service is offered over HTTPS
    std::string endpoint;
    std::string name;
    std::string hardware;
    std::string location;
    std::optional<CameraId> known;  ///< it is this camera of ours
    bool moved = false;             ///< `known` is set up with another address
};
struct FoundCameras {
    std::vector<FoundCamera> cameras;
    std::vector<std::string> notes;  ///< sentences about what could not be searched
};

/// Asks one device over ONVIF what it is and where its streams are. The password goes to `address` alone.
struct InspectDevice {
    std::string address;  ///< a name or an address, chosen by the user
    std::uint16_t port = 80;
    std::string path;     ///< empty: ONVIF's usual one
    bool secure = false;  ///< HTTPS; where that is not spoken, HTTP with a warning
    std::string username;
    Secret password;
    std::string endpoint;  ///< as discovered; becomes part of the identity
};
/// A picture of the device before it is a camera, of the video source with this main stream.
struct PreviewDevice {
    InspectDevice device;
    std::string main_url;
};
struct DeviceStream {
    std::string url;
    std::string codec;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    double frames_per_second = 0;
};
/// One video source of a device: what becomes a camera.
struct DeviceChannel {
    std::string name;  ///< proposed
    DeviceStream main;
    std::optional<DeviceStream> sub;
};
struct DeviceReport {
    bool ok = false;
    std::string message;  ///< one sentence when it is not: what is wrong and what to do
    DeviceIdentity identity;
    std::vector<DeviceChannel> channels;
    std::vector<std::string> warnings;  ///< sentences
    bool has_ptz = false;
    bool has_events = false;
};

// ---- settings of the site

/// Answered by SiteSettings.
struct GetSettings {};
struct ChangeSettings {
    std::optional<bool> only_trusted_certificates;
};
struct SiteSettings {
    /// No trust on first use: certificate authorities vouch for a camera, or an administrator has accepted
    /// its key.
    bool only_trusted_certificates = false;
};

// ---- recordings

struct QueryRecordings {
    CameraId camera;
    media::StreamKind stream = media::StreamKind::main;
    UtcInterval interval;
};
struct RecordedRange {
    UtcInterval interval;
    std::uint64_t run = 0;
    std::optional<UtcTime> fetched_at{};  ///< set: fetched then from the camera's own storage
    Encryption encryption = Encryption::full;
};
struct RecordedGap {
    UtcInterval interval;
    std::string reason;    ///< in words
    bool by_plan = false;  ///< that was the camera's plan; nothing failed
    std::string
        not_filled{};  ///< why the camera's own storage did not help; empty: it was not asked, or not yet
};
/// The recorder was started, or its clock was set.
struct RecorderEvent {
    enum class Kind : std::uint8_t { start, clock_step };
    Kind kind = Kind::start;
    UtcTime at{};        ///< by the clock from then on
    UtcTime since{};     ///< start: the last sign of life before; clock_step: what the clock would have shown
    std::string before;  ///< start: how the process before ended: "orderly", "cut_off", "not_known"
    std::string version;  ///< start: of the program
    std::string noticed;  ///< clock_step: "running", "at_start"
    std::string clock;    ///< "synchronised", "not_synchronised", "not_known"
};
struct Recordings {
    std::vector<RecordedRange> ranges;  ///< in order of time
    std::vector<RecordedGap> gaps;
    std::vector<DeletedRange> deleted{};  ///< in order of time
    std::vector<RecorderEvent> events{};  ///< in the order in which they came
    std::optional<UtcInterval> extent;    ///< of everything that the camera's stream has recorded
};

/// The key frame at or before `at`, made small.
struct QueryThumbnail {
    CameraId camera;
    media::StreamKind stream = media::StreamKind::main;
    UtcTime at{};
};
struct Thumbnail {
    UtcTime time{};  ///< when the picture is from
    std::string jpeg;
};

// ---- requests and replies
// The large variants are types of their own: what moves and destroys dozens of alternatives is compiled once,
// in messages.cpp, and not in every file that sends a message.

struct RequestBody
    : std::variant<AddCamera, ChangeCamera, RemoveCamera, TestCamera, QueryRecordings, ListInterfaces,
                   DiscoverCameras, InspectDevice, ControlPtz, ListRelays, SwitchRelay, QueryEvents,
                   GetSettings, ChangeSettings, QueryStateHistory, PreviewDevice, MaintainCamera, ListHolds,
                   PlaceHold, LiftHold, GetInheritedRules, SetInheritedRules, QueryThumbnail> {
    using variant::variant;
    RequestBody(RequestBody&&) noexcept;
    RequestBody& operator=(RequestBody&&) noexcept;
    ~RequestBody();
};
struct Request {
    std::uint64_t id = 0;  ///< chosen by the hub, echoed in the reply
    RequestBody body;
};
struct Done {};
struct Answer
    : std::variant<Done, CameraStatus, TestReport, Recordings, Interfaces, FoundCameras, DeviceReport,
                   PtzReport, PtzPreset, RelayList, EventList, SiteSettings, StateHistory, StillPicture,
                   DeviceCare, Hold, HoldList, InheritedRules, Thumbnail> {
    using variant::variant;
    Answer(Answer&&) noexcept;
    Answer& operator=(Answer&&) noexcept;
    ~Answer();
};
struct Reply {
    std::uint64_t id = 0;
    Result<Answer> body;
};

// ---- media, by channel; the hub chooses channel numbers and never reuses one

/// Media as it arrives, from the current group of pictures on.
struct LiveSource {
    CameraId camera;
    media::StreamKind stream = media::StreamKind::main;
};
/// Recorded media in order, from the fragment that contains `interval.start` (or the next one) up to the last
/// that begins before `interval.end`.
struct PlaybackSource {
    CameraId camera;
    media::StreamKind stream = media::StreamKind::main;
    UtcInterval interval;
    bool rebase_to_start =
        false;  ///< decode times count from the first fragment (exports) instead of from 1970
};
/// The camera's loudspeaker: sound goes there by ChannelSound after ChannelReady. One at a time for each
/// camera.
struct TalkSource {
    CameraId camera;
};
struct OpenChannel {
    std::uint32_t channel = 0;
    std::variant<LiveSource, PlaybackSource, TalkSource> source;
    std::uint32_t credit_bytes = 0;  ///< how much may be sent before the first Credit
};
/// The receiver has room for `bytes` more. Playback waits for credit; live media skips to the next
/// random-access point.
struct Credit {
    std::uint32_t channel = 0;
    std::uint32_t bytes = 0;
};
struct CloseChannel {
    std::uint32_t channel = 0;
};

/// Linear sound for a talk channel: 16 bits, 8 kHz, one channel; at most 100 ms. What comes faster than it is
/// spoken is dropped.
struct ChannelSound {
    std::uint32_t channel = 0;
    std::vector<std::int16_t> samples;
};
/// The loudspeaker is open.
struct ChannelReady {
    std::uint32_t channel = 0;
};

/// An initialisation segment; comes first, and again whenever parameters change.
struct ChannelInit {
    std::uint32_t channel = 0;
    std::string mime_type;  ///< with codecs, as Media Source Extensions take it
    SharedBytes segment;
};
/// A fragment (moof and mdat) in pieces. Decode times are absolute: 90 kHz ticks since 1970-01-01 UTC.
struct ChannelMedia {
    std::uint32_t channel = 0;
    UtcTime start{};
    Ticks90k duration{};
    bool random_access = false;
    std::vector<SharedBytes> pieces;
};
/// Nothing was recorded in `interval`, or live media was skipped because the receiver was too slow.
struct ChannelGap {
    std::uint32_t channel = 0;
    UtcInterval interval;
    std::string reason;
};
struct ChannelEnd {
    std::uint32_t channel = 0;
    std::optional<Error> error;  ///< unset: the source came to its end
};

// ---- state, from the gateway without being asked

/// Sent for each camera when the link comes up, and at every change (at most about once a second for
/// figures).
struct CameraChanged {
    CameraStatus status;
};
struct CameraRemoved {
    CameraId id;
};
/// As it happens; the same is kept for QueryStateHistory.
struct CameraStateChanged {
    CameraId camera;
    StateChange change;
};
/// A disk that recordings go to.
struct PlaceReport {
    std::string name;
    std::string state;    ///< good, full, read_only, failing, away
    bool records = true;  ///< new recordings may go there
    std::string message;  ///< one sentence when it is not good
    std::uint64_t bytes_total = 0;
    std::uint64_t bytes_free = 0;
};
struct StorageStatus {
    bool recording_possible = true;
    std::string reason;  ///< one sentence when it is not
    std::uint64_t bytes_used = 0;
    std::uint64_t bytes_free = 0;
    std::string warning{};                  ///< one sentence when a rule of retention can't be kept
    std::vector<std::string> notices;       ///< what the last start found wrong with the store, in sentences
    std::vector<std::string> damage{};      ///< recordings that are not as they were signed, in sentences
    std::optional<UtcTime> checked{};       ///< when all of them were read last
    std::optional<double> days_that_fit{};  ///< at the bit rates seen; none until they are known
    std::vector<PlaceReport> places{};      ///< where there is more than the data directory
};

struct ToGateway : std::variant<Request, OpenChannel, Credit, CloseChannel, ChannelSound> {
    using variant::variant;
    ToGateway(ToGateway&&) noexcept;
    ToGateway& operator=(ToGateway&&) noexcept;
    ~ToGateway();
};
struct ToHub
    : std::variant<Reply, ChannelReady, ChannelInit, ChannelMedia, ChannelGap, ChannelEnd, CameraChanged,
                   CameraRemoved, CameraStateChanged, StorageStatus, CameraEventHappened> {
    using variant::variant;
    ToHub(ToHub&&) noexcept;
    ToHub& operator=(ToHub&&) noexcept;
    ~ToHub();
};

}  // namespace vedette::wire
