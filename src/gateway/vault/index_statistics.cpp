// How much is stored of each camera, and what cameras are called.

#include "gateway/vault/index.hpp"

namespace vedette::vault {

Result<std::vector<CameraStats>> Index::stats(const std::vector<SegmentInfo>& open) const {
    const std::lock_guard lock(mutex_);
    // One snapshot: a segment that the recorder puts into the index meanwhile is counted once.
    VEDETTE_CHECK(database_.execute("BEGIN"));
    const auto read_all = [&]() -> Result<std::vector<CameraStats>> {
        VEDETTE_TRY(std::vector<CameraStats> indexed, indexed_stats());
        std::map<StreamKey, CameraStats> by_stream;
        for (CameraStats& stats : indexed) by_stream[stats.stream] = std::move(stats);
        for (const SegmentInfo& segment : open) VEDETTE_CHECK(add_open(segment, by_stream));
        std::vector<CameraStats> all;
        all.reserve(by_stream.size());
        for (auto& [stream, stats] : by_stream) all.push_back(std::move(stats));
        return all;
    };
    auto all = read_all();
    VEDETTE_CHECK(database_.execute("COMMIT"));
    return all;
}

Result<> Index::add_open(const SegmentInfo& segment, std::map<StreamKey, CameraStats>& all) const {
    const ByteView camera = segment.id.stream.camera.bytes();
    VEDETTE_TRY(const auto indexed,
                database_.query_int64(
                    "SELECT 1 FROM segment WHERE camera = ? AND stream = ? AND first_sequence = ?", camera,
                    segment.id.stream.stream, static_cast<std::int64_t>(segment.id.first_sequence)));
    if (indexed) return {};
    VEDETTE_TRY(
        const auto known_day,
        database_.query_int64("SELECT 1 FROM segment WHERE camera = ? AND stream = ? AND utc_day = ? LIMIT 1",
                              camera, segment.id.stream.stream, std::int64_t{segment.day}));
    const auto [it, added] = all.try_emplace(segment.id.stream);
    CameraStats& stats = it->second;
    if (added) {
        stats.stream = segment.id.stream;
        VEDETTE_TRY(store::Statement name, database_.prepare("SELECT name FROM camera WHERE id = ?"));
        name.bind_all(camera);
        VEDETTE_TRY(const bool found, name.step());
        if (found) stats.name = name.text(0);
    }
    if (!known_day && stats.newest_open_day != segment.day) ++stats.days;
    stats.newest_open_day = segment.day;
    ++stats.segments;
    stats.bytes += static_cast<std::int64_t>(segment.bytes);
    stats.gaps += static_cast<std::int64_t>(segment.gaps.size());
    if (const auto interval = segment.fragments_interval()) {
        if (stats.fragments == 0) stats.covered = *interval;
        stats.covered.start = std::min(stats.covered.start, interval->start);
        stats.covered.end = std::max(stats.covered.end, interval->end);
    }
    stats.fragments += static_cast<std::int64_t>(segment.count(RecordType::fragment));
    stats.light += static_cast<std::int64_t>(segment.light_fragments());
    return {};
}

Result<std::map<CameraId, std::string>> Index::camera_names() const {
    const std::lock_guard lock(mutex_);
    std::map<CameraId, std::string> names;
    VEDETTE_TRY(store::Statement row, database_.prepare("SELECT id, name FROM camera"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return names;
        names[CameraId::from_bytes(row.blob(0))] = row.text(1);
    }
}

Result<std::vector<CameraStats>> Index::indexed_stats() const {
    std::vector<CameraStats> all;
    VEDETTE_TRY(
        store::Statement row,
        database_.prepare(
            "SELECT s.camera, s.stream, coalesce(c.name, ''), count(DISTINCT utc_day), count(*), sum(bytes), "
            "sum(fragments), sum(gaps), min(start_90k), max(end_90k), sum(light) FROM segment s LEFT JOIN "
            "camera c ON "
            "c.id = s.camera GROUP BY s.camera, s.stream ORDER BY s.camera, s.stream"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return all;
        CameraStats stats;
        stats.stream = {CameraId::from_bytes(row.blob(0)), static_cast<std::uint8_t>(row.int64(1))};
        stats.name = row.text(2);
        stats.days = row.int64(3);
        stats.segments = row.int64(4);
        stats.bytes = row.int64(5);
        stats.fragments = row.int64(6);
        stats.gaps = row.int64(7);
        stats.covered = {from_ticks(row.int64(8)), from_ticks(row.int64(9))};
        stats.light = row.int64(10);
        all.push_back(std::move(stats));
    }
}

Result<> Index::set_camera_name(CameraId camera, std::string_view name) {
    const std::lock_guard lock(mutex_);
    return database_.run("INSERT OR REPLACE INTO camera VALUES (?, ?)", ByteView(camera.bytes()), name);
}

Result<std::string> Index::camera_name(CameraId camera) const {
    const std::lock_guard lock(mutex_);
    VEDETTE_TRY(store::Statement row, database_.prepare("SELECT name FROM camera WHERE id = ?"));
    row.bind_all(ByteView(camera.bytes()));
    VEDETTE_TRY(const bool found, row.step());
    return found ? std::string(row.text(0)) : std::string();
}

}  // namespace vedette::vault
