#include "gateway/cameras/camera_store.hpp"

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "crypto/key_wrap.hpp"

namespace vedette::gateway {

namespace {

constexpr std::size_t max_name_bytes = 100;
constexpr std::size_t max_credential_bytes = 128;
constexpr std::array<std::string_view, 8> transports = {"auto", "tls", "srtp",      "https",
                                                        "tcp",  "udp", "multicast", "http"};
constexpr std::size_t max_device_text_bytes = 1024;
constexpr std::size_t max_place_bytes = 32;
constexpr std::size_t max_macs = 16;

constexpr std::array<store::Migration, 11> camera_migrations = {R"sql(
CREATE TABLE camera (
    camera_id BLOB PRIMARY KEY,         -- 16 bytes
    ordinal INTEGER NOT NULL,           -- order of creation
    name TEXT NOT NULL,
    main_url TEXT NOT NULL,             -- without credentials
    sub_url TEXT NOT NULL,              -- empty: no sub stream
    username TEXT NOT NULL,
    password_wrapped BLOB               -- AES-KWP, bound to camera_id; NULL: no password
) WITHOUT ROWID;
)sql",
                                                                R"sql(
ALTER TABLE camera ADD COLUMN allow_basic_in_clear INTEGER NOT NULL DEFAULT 0;
ALTER TABLE camera ADD COLUMN transport TEXT NOT NULL DEFAULT 'auto';
ALTER TABLE camera ADD COLUMN transport_found TEXT NOT NULL DEFAULT '';  -- what worked
CREATE TABLE camera_certificate (
    camera_id BLOB NOT NULL REFERENCES camera (camera_id) ON DELETE CASCADE,
    authority TEXT NOT NULL,            -- host:port
    by_authority INTEGER NOT NULL,      -- 1: certificate authorities vouch for it; 0: the key is pinned
    fingerprint TEXT NOT NULL,          -- SHA-256 of the public key, hexadecimal
    PRIMARY KEY (camera_id, authority)
) WITHOUT ROWID;
)sql",
                                                                R"sql(
CREATE TABLE camera_device (            -- what ONVIF told about the device
    camera_id BLOB PRIMARY KEY,         -- 16 bytes
    onvif_url TEXT NOT NULL,
    endpoint TEXT NOT NULL,             -- UUID of the endpoint reference, lower case
    serial TEXT NOT NULL,
    macs TEXT NOT NULL,                 -- 12 hexadecimal digits each, separated by blanks
    manufacturer TEXT NOT NULL,
    model TEXT NOT NULL,
    firmware TEXT NOT NULL
) WITHOUT ROWID;
)sql",
                                                                R"sql(
ALTER TABLE camera ADD COLUMN allow_legacy_tls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE camera_certificate ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;  -- by an administrator
CREATE TABLE site_setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
)sql",
                                                                R"sql(
ALTER TABLE camera_device ADD COLUMN services TEXT NOT NULL DEFAULT '';  -- names, separated by blanks
ALTER TABLE camera_device ADD COLUMN checked_90k INTEGER NOT NULL DEFAULT 0;  -- since 1970 UTC
)sql",
                                                                R"sql(
ALTER TABLE camera ADD COLUMN fill_gaps INTEGER NOT NULL DEFAULT 1;
CREATE TABLE refused_gap (              -- what the camera's own storage did not fill
    camera_id BLOB NOT NULL,            -- 16 bytes
    start_90k INTEGER NOT NULL,         -- since 1970-01-01 UTC
    end_90k INTEGER NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX refused_gap_camera ON refused_gap (camera_id);
)sql",
                                                                R"sql(
ALTER TABLE camera ADD COLUMN keep_days INTEGER;   -- NULL: not deleted for their age
ALTER TABLE camera ADD COLUMN keep_bytes INTEGER;  -- NULL: not deleted for their size
)sql",
                                                                R"sql(
CREATE TABLE recording_plan (           -- of cameras that are not always recorded
    camera_id BLOB PRIMARY KEY,         -- 16 bytes
    continuous TEXT NOT NULL,           -- WeeklySchedule
    on_event TEXT NOT NULL,             -- WeeklySchedule
    pre_roll_s INTEGER NOT NULL,
    post_roll_s INTEGER NOT NULL,
    event_kinds TEXT NOT NULL           -- names, separated by blanks
) WITHOUT ROWID;
)sql",
                                                                R"sql(
CREATE TABLE inherited_rule (           -- what cameras without a rule of their own go by
    group_id BLOB PRIMARY KEY,          -- 16 bytes, of the camera group; none: of the site
    keep_days INTEGER,
    keep_bytes INTEGER
) WITHOUT ROWID;
CREATE TABLE inherited_rule_camera (    -- which cameras are in the group, as the hub said last
    group_id BLOB NOT NULL REFERENCES inherited_rule (group_id) ON DELETE CASCADE,
    camera_id BLOB NOT NULL,
    PRIMARY KEY (group_id, camera_id)
) WITHOUT ROWID;
)sql",
                                                                R"sql(
ALTER TABLE camera ADD COLUMN light_encryption INTEGER NOT NULL DEFAULT 0;
)sql",
                                                                R"sql(
ALTER TABLE camera ADD COLUMN place TEXT NOT NULL DEFAULT '';  -- disk for its recordings; empty: any
)sql"};

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<> check_text(std::string_view field, std::string_view text, std::size_t limit) {
    if (text.size() > limit)
        return fail(ErrorKind::invalid_input, "{}: at most {} bytes are possible", field, limit);
    if (has_control_character(text))
        return fail(ErrorKind::invalid_input, "{}: control characters are not possible", field);
    return {};
}

Result<> check_keep(const wire::KeepRule& keep) {
    if (keep.keep_days && *keep.keep_days > wire::max_keep_days)
        return fail(ErrorKind::invalid_input, "keep_days: at most {} days are possible", wire::max_keep_days);
    if (keep.keep_bytes && *keep.keep_bytes > wire::max_keep_bytes)
        return fail(ErrorKind::invalid_input, "keep_bytes: at most {} bytes are possible",
                    wire::max_keep_bytes);
    return {};
}

Bytes purpose(CameraId id) {
    ByteWriter writer;
    writer.text("camera password").bytes(id.bytes());
    return std::move(writer).finish();
}

// The URL in its canonical form; credentials found in it go where they belong.
Result<std::string> canonical_url(std::string_view field, const std::string& text,
                                  rtsp::Credentials& credentials) {
    auto parsed = rtsp::parse_url(trimmed(text));
    if (!parsed) return fail(parsed.error().kind, "{}: {}", field, parsed.error().message);
    if (!parsed->credentials.empty()) credentials = std::move(parsed->credentials);
    return parsed->url.text();
}

Result<> check_device(const wire::DeviceIdentity& device) {
    for (const std::string* text : {&device.onvif_url, &device.endpoint, &device.serial, &device.manufacturer,
                                    &device.model, &device.firmware})
        VEDETTE_CHECK(check_text("device", *text, max_device_text_bytes));
    if (device.macs.size() > max_macs)
        return fail(ErrorKind::invalid_input, "device: at most {} hardware addresses are possible", max_macs);
    for (const std::string& mac : device.macs)
        if (mac.size() != 12 || mac.find_first_not_of("0123456789abcdef") != std::string::npos)
            return fail(ErrorKind::invalid_input, "device: a hardware address has 12 hexadecimal digits");
    return {};
}

std::string join(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto blank = text.find(' ');
        words.emplace_back(text.substr(0, blank));
        text = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
    }
    return words;
}

}  // namespace

Result<Camera> apply_settings(Camera camera, wire::CameraSettings settings) {
    if (settings.name) {
        camera.name = trimmed(*settings.name);
        VEDETTE_CHECK(check_text("name", camera.name, max_name_bytes));
    }
    if (camera.name.empty()) return fail(ErrorKind::invalid_input, "name: give the camera a name");
    if (settings.main_url) {
        VEDETTE_TRY(camera.main_url, canonical_url("main_url", *settings.main_url, camera.credentials));
    }
    if (camera.main_url.empty())
        return fail(ErrorKind::invalid_input,
                    "main_url: give the camera's address, such as rtsp://192.0.2.10/stream1");
    if (settings.sub_url) {
        if (trimmed(*settings.sub_url).empty()) {
            camera.sub_url.clear();
        } else {
            VEDETTE_TRY(camera.sub_url, canonical_url("sub_url", *settings.sub_url, camera.credentials));
        }
    }
    // Fields win over what a URL carried.
    if (settings.username &&
        !(settings.username->empty() && !camera.credentials.username.empty() && settings.main_url))
        camera.credentials.username = trimmed(*settings.username);
    if (settings.transport) {
        if (std::ranges::count(transports, *settings.transport) == 0)
            return fail(ErrorKind::invalid_input,
                        "transport: choose auto, tls, srtp, https, tcp, udp, multicast or http");
        camera.transport = *settings.transport;
    }
    if (settings.allow_basic_in_clear) camera.allow_basic_in_clear = *settings.allow_basic_in_clear;
    if (settings.allow_legacy_tls) camera.allow_legacy_tls = *settings.allow_legacy_tls;
    if (settings.fill_gaps) camera.fill_gaps = *settings.fill_gaps;
    VEDETTE_CHECK(check_keep({settings.keep_days, settings.keep_bytes}));
    if (settings.keep_days) camera.keep_days = *settings.keep_days == 0 ? std::nullopt : settings.keep_days;
    if (settings.keep_bytes)
        camera.keep_bytes = *settings.keep_bytes == 0 ? std::nullopt : settings.keep_bytes;
    if (settings.place) {
        VEDETTE_CHECK(check_text("place", *settings.place, max_place_bytes));
        camera.place = std::move(*settings.place);
    }
    if (settings.password) camera.credentials.password = std::move(*settings.password);
    VEDETTE_CHECK(check_text("username", camera.credentials.username, max_credential_bytes));
    VEDETTE_CHECK(check_text("password", camera.credentials.password.reveal_text(), max_credential_bytes));
    if (settings.device) {
        VEDETTE_CHECK(check_device(*settings.device));
        camera.device = std::move(settings.device);
    }
    if (settings.encryption) camera.encryption = *settings.encryption;
    if (settings.recording) VEDETTE_CHECK(apply_recording(camera, *settings.recording));
    return camera;
}

Result<CameraStore> CameraStore::open(const std::filesystem::path& file, Secret key) {
    VEDETTE_TRY(store::Database database, store::Database::open(file, camera_migrations));
    return CameraStore(std::move(database), std::move(key));
}

Result<> CameraStore::wrap_anew(std::span<const Secret> replaced_keys) {
    std::vector<std::pair<CameraId, Bytes>> rows;
    {
        VEDETTE_TRY(auto row, database_.prepare("SELECT camera_id, password_wrapped FROM camera "
                                                "WHERE password_wrapped IS NOT NULL"));
        for (;;) {
            VEDETTE_TRY(const bool found, row.step());
            if (!found) break;
            Uuid uuid;
            ByteReader(row.blob(0)).copy_to(uuid.bytes);
            const CameraId id(uuid);
            if (crypto::unwrap_key_for(key_, purpose(id), row.blob(1))) continue;
            for (const Secret& replaced : replaced_keys)
                if (const auto password = crypto::unwrap_key_for(replaced, purpose(id), row.blob(1)))
                    rows.emplace_back(id, crypto::wrap_key_for(key_, purpose(id), password->reveal()));
        }
    }
    if (rows.empty()) return {};
    VEDETTE_CHECK(database_.execute("PRAGMA secure_delete=ON"));
    {
        VEDETTE_TRY(auto transaction, store::Transaction::begin(database_));
        for (const auto& [id, wrapped] : rows)
            VEDETTE_CHECK(database_.run("UPDATE camera SET password_wrapped = ? WHERE camera_id = ?", wrapped,
                                        ByteView(id.bytes())));
        VEDETTE_CHECK(transaction.commit());
    }
    return database_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<std::vector<Camera>> CameraStore::load() {
    VEDETTE_TRY(auto row,
                database_.prepare(
                    "SELECT camera_id, name, main_url, sub_url, username, password_wrapped, "
                    "allow_basic_in_clear, transport, transport_found, "
                    "onvif_url, endpoint, serial, macs, manufacturer, model, firmware, allow_legacy_tls, "
                    "services, checked_90k, fill_gaps, keep_days, keep_bytes, light_encryption, place "
                    "FROM camera LEFT JOIN camera_device USING (camera_id) ORDER BY ordinal"));
    std::vector<Camera> cameras;
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return cameras;
        Uuid id;
        ByteReader reader(row.blob(0));
        if (!reader.copy_to(id.bytes))
            return fail(ErrorKind::corrupt, "{}: a camera has a bad id", database_.path().string());
        Camera camera{.id = CameraId(id),
                      .name = std::string(row.text(1)),
                      .main_url = std::string(row.text(2)),
                      .sub_url = std::string(row.text(3)),
                      .credentials = {},
                      .allow_basic_in_clear = row.int64(6) != 0,
                      .allow_legacy_tls = row.int64(16) != 0,
                      .fill_gaps = row.int64(19) != 0,
                      .keep_days = row.is_null(20) ? std::nullopt
                                                   : std::optional(static_cast<std::uint32_t>(row.int64(20))),
                      .keep_bytes = row.is_null(21)
                                        ? std::nullopt
                                        : std::optional(static_cast<std::uint64_t>(row.int64(21))),
                      .place = std::string(row.text(23)),
                      .encryption = row.int64(22) != 0 ? wire::Encryption::light : wire::Encryption::full,
                      .transport = std::string(row.text(7)),
                      .transport_found = std::string(row.text(8))};
        camera.credentials.username = row.text(4);
        if (!row.is_null(5)) {
            auto password = crypto::unwrap_key_for(key_, purpose(camera.id), row.blob(5));
            if (password)
                camera.credentials.password = std::move(*password);
            else
                log::error("camera {}: its password can't be opened with this key; enter it again",
                           camera.name);
        }
        VEDETTE_TRY(camera.certificates, certificates(camera.id));
        VEDETTE_TRY(camera.recording, recording_plan(camera));
        if (!row.is_null(9))
            camera.device = wire::DeviceIdentity{.onvif_url = std::string(row.text(9)),
                                                 .endpoint = std::string(row.text(10)),
                                                 .serial = std::string(row.text(11)),
                                                 .macs = split(row.text(12)),
                                                 .manufacturer = std::string(row.text(13)),
                                                 .model = std::string(row.text(14)),
                                                 .firmware = std::string(row.text(15)),
                                                 .services = split(row.text(17)),
                                                 .checked = from_ticks(row.int64(18))};
        cameras.push_back(std::move(camera));
    }
}

Result<> CameraStore::save_device(CameraId id, const wire::DeviceIdentity& device) {
    return database_.run(
        "INSERT OR REPLACE INTO camera_device (camera_id, onvif_url, endpoint, serial, macs, manufacturer, "
        "model, "
        "firmware, services, checked_90k) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        ByteView(id.bytes()), device.onvif_url, device.endpoint, device.serial, join(device.macs),
        device.manufacturer, device.model, device.firmware, join(device.services),
        std::int64_t{ticks(device.checked)});
}

Result<> CameraStore::save(const Camera& camera) {
    std::optional<Bytes> wrapped;
    if (!camera.credentials.password.empty())
        wrapped = crypto::wrap_key_for(key_, purpose(camera.id), camera.credentials.password.reveal());
    VEDETTE_CHECK(database_.run(
        "INSERT INTO camera (camera_id, ordinal, name, main_url, sub_url, username, password_wrapped, "
        "allow_basic_in_clear, transport, allow_legacy_tls, fill_gaps, keep_days, keep_bytes, "
        "light_encryption, place)"
        " VALUES (?1, (SELECT coalesce(max(ordinal), 0) + 1 FROM camera), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
        "?10, ?11, ?12, ?13, ?14)"
        " ON CONFLICT (camera_id) DO UPDATE SET name = ?2, main_url = ?3, sub_url = ?4, username = ?5, "
        "password_wrapped = ?6, allow_basic_in_clear = ?7, "
        "transport = ?8, allow_legacy_tls = ?9, fill_gaps = ?10, keep_days = ?11, keep_bytes = ?12, "
        "light_encryption = ?13, place = ?14",
        ByteView(camera.id.bytes()), camera.name, camera.main_url, camera.sub_url,
        camera.credentials.username, wrapped, std::int64_t{camera.allow_basic_in_clear}, camera.transport,
        std::int64_t{camera.allow_legacy_tls}, std::int64_t{camera.fill_gaps}, camera.keep_days,
        camera.keep_bytes, std::int64_t{camera.encryption == wire::Encryption::light}, camera.place));
    VEDETTE_CHECK(save_plan(camera));
    return camera.device ? save_device(camera.id, *camera.device) : Result<>();
}

Result<> CameraStore::remove(CameraId id) {
    VEDETTE_CHECK(database_.run("DELETE FROM camera_device WHERE camera_id = ?1", ByteView(id.bytes())));
    VEDETTE_CHECK(database_.run("DELETE FROM refused_gap WHERE camera_id = ?1", ByteView(id.bytes())));
    VEDETTE_CHECK(database_.run("DELETE FROM recording_plan WHERE camera_id = ?1", ByteView(id.bytes())));
    return database_.run("DELETE FROM camera WHERE camera_id = ?1", ByteView(id.bytes()));
}

Result<std::vector<rtsp::CertificateTrust>> CameraStore::certificates(CameraId id) {
    VEDETTE_TRY(auto row, database_.prepare("SELECT authority, by_authority, fingerprint, accepted FROM "
                                            "camera_certificate WHERE camera_id = ?1"));
    row.bind(1, ByteView(id.bytes()));
    std::vector<rtsp::CertificateTrust> found;
    for (;;) {
        VEDETTE_TRY(const bool more, row.step());
        if (!more) return found;
        found.push_back({.authority = std::string(row.text(0)),
                         .by_authority = row.int64(1) != 0,
                         .fingerprint = std::string(row.text(2)),
                         .accepted = row.int64(3) != 0});
    }
}

Result<> CameraStore::save_refused_gaps(CameraId id, const std::vector<RefusedGap>& gaps) {
    VEDETTE_TRY(store::Transaction transaction, store::Transaction::begin(database_));
    VEDETTE_CHECK(database_.run("DELETE FROM refused_gap WHERE camera_id = ?1", ByteView(id.bytes())));
    for (const RefusedGap& gap : gaps)
        VEDETTE_CHECK(database_.run("INSERT INTO refused_gap VALUES (?1, ?2, ?3, ?4)", ByteView(id.bytes()),
                                    ticks(gap.interval.start), ticks(gap.interval.end), gap.message));
    return transaction.commit();
}

Result<std::vector<RefusedGap>> CameraStore::refused_gaps(CameraId id) {
    VEDETTE_TRY(auto row,
                database_.prepare(
                    "SELECT start_90k, end_90k, message FROM refused_gap WHERE camera_id = ?1 ORDER BY 1"));
    row.bind(1, ByteView(id.bytes()));
    std::vector<RefusedGap> gaps;
    for (;;) {
        VEDETTE_TRY(const bool more, row.step());
        if (!more) return gaps;
        gaps.push_back({{from_ticks(row.int64(0)), from_ticks(row.int64(1))}, std::string(row.text(2))});
    }
}

Result<> CameraStore::remember_transport(CameraId id, std::string_view transport) {
    return database_.run("UPDATE camera SET transport_found = ?2 WHERE camera_id = ?1", ByteView(id.bytes()),
                         transport);
}

Result<> CameraStore::trust(CameraId id, const rtsp::CertificateTrust& certificate) {
    return database_.run(
        "INSERT INTO camera_certificate (camera_id, authority, by_authority, fingerprint, accepted)"
        " VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (camera_id, authority) DO UPDATE SET by_authority = ?3, fingerprint = ?4, accepted = "
        "?5",
        ByteView(id.bytes()), certificate.authority, std::int64_t{certificate.by_authority},
        certificate.fingerprint, std::int64_t{certificate.accepted});
}

namespace {
constexpr std::string_view only_trusted_setting = "only_trusted_certificates";
}  // namespace

Result<wire::SiteSettings> CameraStore::settings() {
    wire::SiteSettings settings;
    VEDETTE_TRY(auto row, database_.prepare("SELECT value FROM site_setting WHERE name = ?1"));
    row.bind(1, only_trusted_setting);
    VEDETTE_TRY(const bool found, row.step());
    if (found) settings.only_trusted_certificates = row.text(0) == "1";
    return settings;
}

Result<> CameraStore::save(const wire::SiteSettings& settings) {
    return database_.run("INSERT OR REPLACE INTO site_setting (name, value) VALUES (?1, ?2)",
                         only_trusted_setting,
                         std::string_view(settings.only_trusted_certificates ? "1" : "0"));
}

Result<wire::InheritedRules> CameraStore::inherited_rules() {
    wire::InheritedRules rules;
    VEDETTE_TRY(auto row, database_.prepare("SELECT group_id, keep_days, keep_bytes FROM inherited_rule"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) break;
        wire::KeepRule keep;
        if (!row.is_null(1)) keep.keep_days = static_cast<std::uint32_t>(row.int64(1));
        if (!row.is_null(2)) keep.keep_bytes = static_cast<std::uint64_t>(row.int64(2));
        if (row.blob(0).empty())
            rules.site = keep;
        else
            rules.groups.push_back(
                {.group = CameraGroupId::from_bytes(row.blob(0)), .keep = keep, .cameras = {}});
    }
    for (wire::GroupRule& rule : rules.groups) {
        VEDETTE_TRY(auto members,
                    database_.prepare("SELECT camera_id FROM inherited_rule_camera WHERE group_id = ?1"));
        members.bind(1, ByteView(rule.group.bytes()));
        for (;;) {
            VEDETTE_TRY(const bool found, members.step());
            if (!found) break;
            rule.cameras.push_back(CameraId::from_bytes(members.blob(0)));
        }
    }
    return rules;
}

Result<> CameraStore::save(const wire::InheritedRules& rules) {
    VEDETTE_CHECK(check_keep(rules.site));
    for (const wire::GroupRule& rule : rules.groups) VEDETTE_CHECK(check_keep(rule.keep));
    VEDETTE_TRY(store::Transaction transaction, store::Transaction::begin(database_));
    VEDETTE_CHECK(database_.run("DELETE FROM inherited_rule_camera"));
    VEDETTE_CHECK(database_.run("DELETE FROM inherited_rule"));
    constexpr std::string_view add =
        "INSERT INTO inherited_rule (group_id, keep_days, keep_bytes) VALUES (?1, ?2, ?3)";
    VEDETTE_CHECK(database_.run(add, ByteView(), rules.site.keep_days, rules.site.keep_bytes));
    for (const wire::GroupRule& rule : rules.groups) {
        VEDETTE_CHECK(
            database_.run(add, ByteView(rule.group.bytes()), rule.keep.keep_days, rule.keep.keep_bytes));
        for (const CameraId& camera : rule.cameras)
            VEDETTE_CHECK(database_.run(
                "INSERT OR IGNORE INTO inherited_rule_camera (group_id, camera_id) VALUES (?1, ?2)",
                ByteView(rule.group.bytes()), ByteView(camera.bytes())));
    }
    return transaction.commit();
}

}  // namespace vedette::gateway
