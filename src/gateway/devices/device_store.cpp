#include "gateway/devices/device_store.hpp"

#include <algorithm>
#include <array>

namespace vedette::gateway::devices {

namespace {

constexpr std::array<store::Migration, 1> migrations = {R"sql(
CREATE TABLE camera_event (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    camera_id BLOB NOT NULL,            -- 16 bytes
    start_90k INTEGER NOT NULL,         -- 90 kHz ticks since 1970-01-01 UTC
    end_90k INTEGER,                    -- the same; NULL: it still lasts
    kind TEXT NOT NULL,                 -- motion, tamper, digital_input, ...
    words_sealed BLOB NOT NULL          -- topic, source and detail; Cobblestone-256, bound to camera_id
);
CREATE INDEX camera_event_by_camera ON camera_event (camera_id, start_90k);
CREATE INDEX camera_event_by_time ON camera_event (start_90k);
CREATE INDEX camera_event_lasting ON camera_event (event_id) WHERE end_90k IS NULL;
CREATE TABLE patrol (
    camera_id BLOB NOT NULL,            -- 16 bytes
    name TEXT NOT NULL,
    running INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (camera_id, name)
) WITHOUT ROWID;
CREATE TABLE patrol_stop (
    camera_id BLOB NOT NULL,
    name TEXT NOT NULL,                 -- of the patrol
    ordinal INTEGER NOT NULL,
    preset TEXT NOT NULL,               -- the camera's token
    dwell_s INTEGER NOT NULL,           -- seconds
    PRIMARY KEY (camera_id, name, ordinal),
    FOREIGN KEY (camera_id, name) REFERENCES patrol (camera_id, name) ON DELETE CASCADE
) WITHOUT ROWID;
)sql"};

constexpr std::string_view event_columns = "event_id, camera_id, start_90k, end_90k, kind, words_sealed";

Bytes context_of(CameraId camera) {
    ByteWriter writer;
    writer.text("camera event").bytes(camera.bytes());
    return std::move(writer).finish();
}

wire::EventKind parse_kind(std::string_view text) {
    for (std::uint8_t i = 0; i < wire::event_kind_count; ++i)
        if (const auto kind = static_cast<wire::EventKind>(i); to_string(kind) == text) return kind;
    return wire::EventKind::other;
}

Result<CameraId> camera_id(ByteView bytes) {
    Uuid id;
    ByteReader reader(bytes);
    if (!reader.copy_to(id.bytes)) return fail(ErrorKind::corrupt, "a camera's id in devices.db is damaged");
    return CameraId(id);
}

// The three texts, each up to a zero byte, which none of them contains.
std::string joined(const wire::CameraEvent& event) {
    std::string out;
    for (const std::string* text : {&event.topic, &event.source, &event.detail}) {
        out += *text;
        out += '\0';
    }
    return out;
}

std::string split_off(std::string_view& text) {
    const std::string_view first = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(text.size(), first.size() + 1));
    return std::string(first);
}

}  // namespace

Result<DeviceStore> DeviceStore::open(const std::filesystem::path& file, Secret key) {
    VEDETTE_TRY(store::Database database, store::Database::open(file, migrations));
    return DeviceStore(std::move(database), std::move(key));
}

// ---- patrols

Result<std::map<CameraId, StoredPatrols>> DeviceStore::patrols() {
    std::map<CameraId, StoredPatrols> all;
    VEDETTE_TRY(auto row,
                database_.prepare("SELECT camera_id, name, running, preset, dwell_s FROM patrol "
                                  "JOIN patrol_stop USING (camera_id, name) ORDER BY name, ordinal"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return all;
        VEDETTE_TRY(const CameraId camera, camera_id(row.blob(0)));
        StoredPatrols& stored = all[camera];
        if (stored.patrols.empty() || stored.patrols.back().name != row.text(1))
            stored.patrols.push_back({.name = std::string(row.text(1)), .stops = {}});
        if (row.int64(2) != 0) stored.running = row.text(1);
        stored.patrols.back().stops.push_back(
            {.preset = std::string(row.text(3)), .dwell = std::chrono::seconds(row.int64(4))});
    }
}

Result<> DeviceStore::save_patrol(CameraId camera, const wire::Patrol& patrol) {
    VEDETTE_TRY(auto transaction, store::Transaction::begin(database_));
    const ByteView id(camera.bytes());
    VEDETTE_CHECK(
        database_.run("INSERT OR IGNORE INTO patrol (camera_id, name) VALUES (?1, ?2)", id, patrol.name));
    VEDETTE_CHECK(
        database_.run("DELETE FROM patrol_stop WHERE camera_id = ?1 AND name = ?2", id, patrol.name));
    std::int64_t ordinal = 0;
    for (const wire::PatrolStop& stop : patrol.stops)
        VEDETTE_CHECK(database_.run(
            "INSERT INTO patrol_stop (camera_id, name, ordinal, preset, dwell_s) VALUES (?1, ?2, ?3, ?4, ?5)",
            id, patrol.name, ordinal++, stop.preset, std::int64_t{stop.dwell.count()}));
    return transaction.commit();
}

Result<> DeviceStore::remove_patrol(CameraId camera, const std::string& name) {
    return database_.run("DELETE FROM patrol WHERE camera_id = ?1 AND name = ?2", ByteView(camera.bytes()),
                         name);
}

Result<> DeviceStore::set_running_patrol(CameraId camera, const std::string& name) {
    return database_.run("UPDATE patrol SET running = (name = ?2) WHERE camera_id = ?1",
                         ByteView(camera.bytes()), name);
}

// ---- events

Bytes DeviceStore::seal(const wire::CameraEvent& event) {
    const std::string words = joined(event);
    const ByteView piece = as_bytes(words);
    Bytes sealed(crypto::cobblestone_sealed_size(words.size()));
    sealer_.seal(key_, context_of(event.camera), {&piece, 1}, sealed);
    return sealed;
}

void DeviceStore::unseal(wire::CameraEvent& event, ByteView sealed) const {
    auto opener = crypto::CobblestoneOpener::start(key_, context_of(event.camera), sealed);
    for (auto key = replaced_keys_.begin(); !opener && key != replaced_keys_.end(); ++key)
        opener = crypto::CobblestoneOpener::start(*key, context_of(event.camera), sealed);
    if (!opener) return;
    const auto plain = opener->read_all();
    if (!plain) return;
    std::string_view words = as_text(*plain);
    event.topic = split_off(words);
    event.source = split_off(words);
    event.detail = split_off(words);
}

Result<wire::CameraEvent> DeviceStore::read(const store::Statement& row) const {
    VEDETTE_TRY(const CameraId camera, camera_id(row.blob(1)));
    wire::CameraEvent event{.id = static_cast<std::uint64_t>(row.int64(0)),
                            .camera = camera,
                            .kind = parse_kind(row.text(4)),
                            .topic = {},
                            .source = {},
                            .detail = {},
                            .start = from_ticks(row.int64(2)),
                            .end = {}};
    if (!row.is_null(3)) event.end = from_ticks(row.int64(3));
    unseal(event, row.blob(5));
    return event;
}

Result<std::uint64_t> DeviceStore::add_event(const wire::CameraEvent& event) {
    std::optional<std::int64_t> end;
    if (event.end) end = ticks(*event.end);
    VEDETTE_CHECK(database_.run(
        "INSERT INTO camera_event (camera_id, start_90k, end_90k, kind, words_sealed) VALUES (?1, ?2, ?3, "
        "?4, ?5)",
        ByteView(event.camera.bytes()), ticks(event.start), end, to_string(event.kind), seal(event)));
    return static_cast<std::uint64_t>(database_.last_insert_rowid());
}

Result<> DeviceStore::end_event(std::uint64_t id, UtcTime end) {
    return database_.run("UPDATE camera_event SET end_90k = max(start_90k, ?2) WHERE event_id = ?1",
                         static_cast<std::int64_t>(id), ticks(end));
}

Result<std::vector<wire::CameraEvent>> DeviceStore::lasting_events() {
    VEDETTE_TRY(auto row,
                database_.prepare(fmt::format(
                    "SELECT {} FROM camera_event WHERE end_90k IS NULL ORDER BY event_id", event_columns)));
    std::vector<wire::CameraEvent> found;
    for (;;) {
        VEDETTE_TRY(const bool more, row.step());
        if (!more) return found;
        VEDETTE_TRY(auto event, read(row));
        found.push_back(std::move(event));
    }
}

Result<wire::EventList> DeviceStore::events(const wire::QueryEvents& query) {
    const std::uint32_t limit = std::clamp(query.limit, 1U, max_event_limit);
    // An interval of no length is a moment, which belongs to the interval that it begins in.
    VEDETTE_TRY(auto row,
                database_.prepare(fmt::format(
                    "SELECT {} FROM camera_event WHERE start_90k < ?2 AND (end_90k IS NULL OR end_90k > ?1 "
                    "OR start_90k >= ?1) {} ORDER BY start_90k DESC, event_id DESC LIMIT ?3",
                    event_columns, query.camera ? "AND camera_id = ?4" : "")));
    row.bind(1, ticks(query.interval.start))
        .bind(2, ticks(query.interval.end))
        .bind(3, std::int64_t{limit} + 1);
    if (query.camera) row.bind(4, ByteView(query.camera->bytes()));
    wire::EventList list;
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) break;
        if (list.events.size() == limit) {
            list.more = true;
            break;
        }
        VEDETTE_TRY(auto event, read(row));
        list.events.push_back(std::move(event));
    }
    std::ranges::reverse(list.events);
    return list;
}

Result<> DeviceStore::prune(UtcTime now) {
    VEDETTE_CHECK(
        database_.run("DELETE FROM camera_event WHERE start_90k < ?1", ticks(now - event_retention)));
    VEDETTE_CHECK(
        database_.run("DELETE FROM camera_event WHERE event_id <= (SELECT event_id FROM camera_event ORDER "
                      "BY event_id DESC LIMIT 1 "
                      "OFFSET ?1)",
                      max_events));
    VEDETTE_TRY(
        auto cameras,
        database_.prepare("SELECT camera_id FROM camera_event GROUP BY camera_id HAVING count(*) > ?1"));
    cameras.bind(1, max_events_of_camera);
    for (;;) {
        VEDETTE_TRY(const bool found, cameras.step());
        if (!found) return {};
        const Bytes id(cameras.blob(0).begin(), cameras.blob(0).end());
        VEDETTE_CHECK(
            database_.run("DELETE FROM camera_event WHERE camera_id = ?1 AND event_id <= (SELECT event_id "
                          "FROM camera_event WHERE "
                          "camera_id = ?1 ORDER BY event_id DESC LIMIT 1 OFFSET ?2)",
                          id, max_events_of_camera));
    }
}

Result<> DeviceStore::remove_camera(CameraId camera) {
    VEDETTE_CHECK(database_.run("DELETE FROM patrol WHERE camera_id = ?1", ByteView(camera.bytes())));
    return database_.run("DELETE FROM camera_event WHERE camera_id = ?1", ByteView(camera.bytes()));
}

}  // namespace vedette::gateway::devices
