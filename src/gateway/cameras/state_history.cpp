#include "gateway/cameras/state_history.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>

namespace vedette::gateway {

namespace {

constexpr std::array<store::Migration, 1> history_migrations = {R"sql(
CREATE TABLE state_change (
    change_id INTEGER PRIMARY KEY,      -- in order of time
    camera_id BLOB NOT NULL,            -- 16 bytes
    stream INTEGER NOT NULL,            -- 0: main, 1: sub
    at_90k INTEGER NOT NULL,            -- since 1970-01-01 UTC
    state TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX state_change_of ON state_change (camera_id, stream, change_id);
)sql"};

}  // namespace

void StateHistory::add(CameraId camera, const wire::StateChange& change) {
    Stream& stream = streams_[{camera, change.stream}];
    stream.changes.push_back(change);
    if (stream.changes.size() > max_state_changes) stream.changes.pop_front();
}

void StateHistory::restore(std::span<const CameraStateChange> changes) {
    for (const auto& [camera, change] : changes) add(camera, change);
}

bool StateHistory::note(CameraId camera, const wire::StateChange& change) {
    Stream& stream = streams_[{camera, change.stream}];
    if (!stream.changes.empty() && stream.changes.back().state == change.state &&
        stream.changes.back().reason == change.reason)
        return false;
    add(camera, change);
    stream.unsaved = std::min(stream.unsaved + 1, stream.changes.size());
    return true;
}

void StateHistory::forget(CameraId camera) {
    std::erase_if(streams_, [&](const auto& entry) { return entry.first.first == camera; });
    forgotten_.push_back(camera);
}

std::vector<wire::StateChange> StateHistory::of(CameraId camera) const {
    std::vector<wire::StateChange> all;
    for (const auto& [key, stream] : streams_) {
        if (key.first != camera) continue;
        const std::vector<wire::StateChange> newest_first(stream.changes.rbegin(), stream.changes.rend());
        std::vector<wire::StateChange> merged;
        std::ranges::merge(all, newest_first, std::back_inserter(merged), std::ranges::greater{},
                           &wire::StateChange::at, &wire::StateChange::at);
        all = std::move(merged);
    }
    return all;
}

StateHistory::Unsaved StateHistory::take_unsaved() {
    Unsaved unsaved{.forgotten = std::exchange(forgotten_, {}), .changes = {}};
    for (auto& [key, stream] : streams_) {
        const auto count = static_cast<std::ptrdiff_t>(std::exchange(stream.unsaved, 0));
        for (auto change = stream.changes.end() - count; change != stream.changes.end(); ++change)
            unsaved.changes.push_back({key.first, *change});
    }
    return unsaved;
}

Result<StateHistoryFile> StateHistoryFile::open(const std::filesystem::path& file) {
    VEDETTE_TRY(store::Database database, store::Database::open(file, history_migrations));
    return StateHistoryFile(std::move(database));
}

Result<std::vector<CameraStateChange>> StateHistoryFile::load() {
    VEDETTE_TRY(auto row,
                database_.prepare("SELECT camera_id, stream, at_90k, state, reason FROM state_change"
                                  " ORDER BY change_id"));
    std::vector<CameraStateChange> changes;
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return changes;
        Uuid id;
        ByteReader reader(row.blob(0));
        const auto state = wire::parse_camera_state(row.text(3));
        if (!reader.copy_to(id.bytes) || !state) continue;  // a later program may know more states
        changes.push_back({CameraId(id),
                           {.stream = row.int64(1) == 0 ? media::StreamKind::main : media::StreamKind::sub,
                            .state = *state,
                            .reason = std::string(row.text(4)),
                            .at = from_ticks(row.int64(2))}});
    }
}

Result<> StateHistoryFile::write(const StateHistory::Unsaved& unsaved) {
    VEDETTE_TRY(auto transaction, store::Transaction::begin(database_));
    for (const CameraId& camera : unsaved.forgotten)
        VEDETTE_CHECK(
            database_.run("DELETE FROM state_change WHERE camera_id = ?1", ByteView(camera.bytes())));
    for (const auto& [camera, change] : unsaved.changes) {
        const auto stream = static_cast<std::int64_t>(change.stream);
        VEDETTE_CHECK(database_.run(
            "INSERT INTO state_change (camera_id, stream, at_90k, state, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
            ByteView(camera.bytes()), stream, ticks(change.at), wire::to_string(change.state),
            change.reason));
        VEDETTE_CHECK(
            database_.run("DELETE FROM state_change WHERE camera_id = ?1 AND stream = ?2 AND change_id <= "
                          "(SELECT change_id "
                          "FROM state_change WHERE camera_id = ?1 AND stream = ?2 ORDER BY change_id DESC "
                          "LIMIT 1 OFFSET ?3)",
                          ByteView(camera.bytes()), stream, static_cast<std::int64_t>(max_state_changes)));
    }
    return transaction.commit();
}

}  // namespace vedette::gateway
