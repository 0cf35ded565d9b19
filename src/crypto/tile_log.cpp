#include "crypto/tile_log.hpp"

#include <charconv>
#include <set>
#include <utility>

#include "base/file.hpp"
#include "base/lazy_file.hpp"

namespace vedette::crypto {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_bundle_size = tile_width * (max_log_entry_size + 2);
constexpr unsigned public_mode = 0640;

fs::path entries_path(std::uint64_t bundle) {
    return fs::path("tile") / "entries" / tile_index_path(bundle);
}
fs::path tile_path(std::size_t level, std::uint64_t tile) {
    return fs::path("tile") / std::to_string(level) / tile_index_path(tile);
}
fs::path partial_path(fs::path path, std::size_t width) {
    path += ".p";
    return path / std::to_string(width);
}

Bytes join(const std::vector<Sha256Digest>& hashes) {
    Bytes bytes;
    bytes.reserve(hashes.size() * sizeof(Sha256Digest));
    for (const Sha256Digest& hash : hashes) bytes.insert(bytes.end(), hash.begin(), hash.end());
    return bytes;
}

}  // namespace

std::string tile_index_path(std::uint64_t index) {
    std::string path = fmt::format("{:03}", index % 1000);
    for (index /= 1000; index > 0; index /= 1000) path = fmt::format("x{:03}/{}", index % 1000, path);
    return path;
}

// ------------------------------------------------------------------------------------------------- writing

TileLog::TileLog(fs::path folder, std::string origin, const Ed25519Signer& signer)
    : folder_(std::move(folder)), origin_(std::move(origin)), signer_(&signer) {}

Result<TileLog> TileLog::open(fs::path folder, std::string origin, const Ed25519Signer& signer) {
    VEDETTE_CHECK(make_folder(folder));
    TileLog log(std::move(folder), std::move(origin), signer);
    log.published_ = {log.origin_, 0, log.frontier_.root()};
    if (!fs::exists(log.folder_ / "checkpoint")) {
        if (fs::exists(log.folder_ / "tile"))
            return fail(ErrorKind::corrupt, "the log in {} has no checkpoint", log.folder_.string());
        VEDETTE_CHECK(log.publish());
        return log;
    }
    const NoteVerifier verifier{log.origin_, signer.public_key()};
    VEDETTE_TRY(const Checkpoint checkpoint, TileLogReader(log.folder_).checkpoint(verifier));
    if (!log.load(checkpoint.size) || log.frontier_.root() != checkpoint.root) {
        TileLog mended(log.folder_, log.origin_, signer);
        VEDETTE_CHECK(mended.mend(checkpoint));
        log = std::move(mended);
    }
    log.published_ = checkpoint;
    VEDETTE_CHECK(log.mend_edge());
    for (const Pending& partial : log.partial_files()) log.published_partials_.push_back(partial.path);
    log.remove_unpublished();
    return log;
}

// The entries are the log; tiles are sums of them.
Result<> TileLog::mend(const Checkpoint& checkpoint) {
    const TileLogReader reader(folder_);
    MerkleFrontier frontier;
    VEDETTE_CHECK(reader.entries(0, checkpoint.size, [&](std::uint64_t, ByteView entry) -> Result<> {
        frontier.add(merkle_leaf_hash(entry));
        return {};
    }));
    if (frontier.root() != checkpoint.root)
        return fail(ErrorKind::corrupt, "the log in {} does not hash to its checkpoint of {} entries",
                    folder_.string(), checkpoint.size);
    const auto write_tiles = [&](const std::vector<Pending>& files) -> Result<> {
        for (const Pending& file : files) {
            VEDETTE_CHECK(make_folder((folder_ / file.path).parent_path()));
            VEDETTE_CHECK(write_file_synced(folder_ / file.path, file.bytes, public_mode));
        }
        return {};
    };
    VEDETTE_CHECK(reader.entries(0, checkpoint.size, [&](std::uint64_t, ByteView entry) -> Result<> {
        append(entry);
        if (full_.empty()) return {};
        return write_tiles(std::exchange(full_, {}));
    }));
    return write_tiles(partial_files());
}

// After a loss of power the tile that was not synced may be torn, and with an older checkpoint only wider
// files than its own may be there.
Result<> TileLog::mend_edge() const {
    for (const Pending& file : partial_files()) {
        const fs::path path = folder_ / file.path;
        const auto there = read_file(path, file.bytes.size());
        if (there && *there == file.bytes) continue;
        VEDETTE_CHECK(make_folder(path.parent_path()));
        VEDETTE_CHECK(write_file_synced(path, file.bytes, public_mode));
        VEDETTE_CHECK(sync_folder(path.parent_path()));
    }
    return {};
}

// A crash between tiles and checkpoint leaves files whose entries never became part of the log. They would be
// in the way of those that do.
void TileLog::remove_unpublished() {
    const auto clean = [&](const auto& path_of, std::uint64_t edge, std::size_t width) {
        std::error_code error;
        for (std::uint64_t tile = edge;; ++tile) {
            const fs::path full = folder_ / path_of(tile);
            fs::path partials = full;
            partials += ".p";
            const bool any = fs::exists(full, error) || fs::exists(partials, error);
            if (!any && tile > edge) return;
            fs::remove(full, error);
            if (tile > edge || width == 0) {
                fs::remove_all(partials, error);
                continue;
            }
            std::vector<fs::path> others;
            for (auto it = fs::directory_iterator(partials, error); !error && it != fs::directory_iterator();
                 it.increment(error))
                if (it->path().filename() != std::to_string(width)) others.push_back(it->path());
            for (const fs::path& other : others) fs::remove(other, error);
        }
    };
    const std::uint64_t size = frontier_.size();
    clean([](std::uint64_t tile) { return entries_path(tile); }, size / tile_width, size % tile_width);
    std::uint64_t count = size;
    // One level more than there is: an unpublished tile can begin it.
    for (std::size_t level = 0; level <= levels_.size(); ++level, count /= tile_width)
        clean([level](std::uint64_t tile) { return tile_path(level, tile); }, count / tile_width,
              count % tile_width);
}

// The right edge of the tree: the partial tile of each level, and the partial entry bundle, of which the
// lowest tile is made.
Result<> TileLog::load(std::uint64_t size) {
    const TileLogReader reader(folder_);
    std::vector<Sha256Digest> lowest;
    if (const std::size_t width = size % tile_width; width > 0) {
        VEDETTE_TRY(const Bytes bundle, reader.bundle(size / tile_width, width));
        VEDETTE_TRY(const auto entries, split_bundle(bundle, width));
        for (const ByteView entry : entries) lowest.push_back(merkle_leaf_hash(entry));
        const auto used =
            static_cast<std::size_t>(entries.back().data() + entries.back().size() - bundle.data());
        bundle_.assign(bundle.begin(), bundle.begin() + static_cast<std::ptrdiff_t>(used));
    }
    for (std::uint64_t count = size; count > 0; count /= tile_width) {
        Level level{count / tile_width, {}};
        const std::size_t width = count % tile_width;
        if (levels_.empty()) {
            level.hashes = std::exchange(lowest, {});
        } else if (width > 0) {
            VEDETTE_TRY(level.hashes, reader.hashes(levels_.size(), level.tile, width));
        }
        levels_.push_back(std::move(level));
    }
    for (std::size_t level = levels_.size(); level-- > 0;)
        for (const Sha256Digest& hash : levels_[level].hashes)
            frontier_.add_subtree(hash, static_cast<unsigned>(level * 8));
    return {};
}

void TileLog::append(ByteView entry) {
    if (entry.size() > max_log_entry_size) std::abort();  // our own entries have a fixed small size
    const auto length = static_cast<std::uint16_t>(entry.size());
    bundle_.push_back(static_cast<std::byte>(length >> 8));
    bundle_.push_back(static_cast<std::byte>(length));
    bundle_.insert(bundle_.end(), entry.begin(), entry.end());
    const Sha256Digest hash = merkle_leaf_hash(entry);
    frontier_.add(hash);
    add_hash(0, hash);
    if (frontier_.size() % tile_width == 0) {
        full_.push_back({entries_path(frontier_.size() / tile_width - 1), std::move(bundle_)});
        bundle_.clear();
    }
}

void TileLog::add_hash(std::size_t level, const Sha256Digest& hash) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].hashes.push_back(hash);
    if (levels_[level].hashes.size() < tile_width) return;
    full_.push_back({tile_path(level, levels_[level].tile), join(levels_[level].hashes)});
    const Sha256Digest root = merkle_root(levels_[level].hashes);
    levels_[level].hashes.clear();
    ++levels_[level].tile;
    add_hash(level + 1, root);
}

std::vector<TileLog::Pending> TileLog::partial_files() const {
    std::vector<Pending> files;
    for (std::size_t level = 0; level < levels_.size(); ++level) {
        const Level& edge = levels_[level];
        if (!edge.hashes.empty())
            files.push_back({partial_path(tile_path(level, edge.tile), edge.hashes.size()), join(edge.hashes),
                             level > 0});
    }
    if (const std::size_t width = frontier_.size() % tile_width; width > 0)
        files.push_back({partial_path(entries_path(frontier_.size() / tile_width), width), bundle_});
    return files;
}

Result<> TileLog::write_files(const std::vector<Pending>& partials) const {
    std::set<fs::path> folders;
    for (const auto* files : {&full_, &partials}) {
        for (const Pending& file : *files) {
            const fs::path path = folder_ / file.path;
            if (files == &partials &&
                std::ranges::find(published_partials_, file.path) != published_partials_.end())
                continue;  // unchanged since the last checkpoint
            if (!fs::exists(path.parent_path())) {
                VEDETTE_CHECK(make_folder(path.parent_path()));
                for (fs::path up = path.parent_path(); up != folder_; up = up.parent_path())
                    folders.insert(up.parent_path());
            }
            if (file.synced) {
                VEDETTE_CHECK(write_file_synced(path, file.bytes, public_mode));
                folders.insert(path.parent_path());
            } else {
                VEDETTE_CHECK(write_file_unsynced(path, file.bytes, public_mode));
            }
        }
    }
    for (const fs::path& folder : folders) VEDETTE_CHECK(sync_folder(folder));
    return {};
}

Result<> TileLog::publish(CheckpointSync sync) {
    const std::vector<Pending> partials = partial_files();
    VEDETTE_CHECK(write_files(partials));
    const Checkpoint checkpoint{origin_, frontier_.size(), frontier_.root()};
    const std::string note = sign_note(checkpoint.text(), origin_, *signer_);
    const auto replace = sync == CheckpointSync::now ? replace_file : replace_file_lazily;
    VEDETTE_CHECK(replace(folder_ / "checkpoint", as_bytes(note), public_mode));
    published_ = checkpoint;
    full_.clear();
    remove_old_partials(partials);
    return {};
}

void TileLog::remove_old_partials(const std::vector<Pending>& current) {
    for (const fs::path& old : published_partials_) {
        if (std::ranges::any_of(current, [&](const Pending& file) { return file.path == old; })) continue;
        std::error_code ignored;  // a partial tile that stays behind is harmless
        fs::remove(folder_ / old, ignored);
        fs::remove((folder_ / old).parent_path(), ignored);  // succeeds when it is empty
    }
    published_partials_.clear();
    for (const Pending& file : current) published_partials_.push_back(file.path);
}

// ------------------------------------------------------------------------------------------------- reading

Result<Checkpoint> TileLogReader::checkpoint(const NoteVerifier& verifier) const {
    auto note = read_file(folder_ / "checkpoint", max_note_size);
    if (!note && note.error().kind == ErrorKind::exhausted)
        return fail(ErrorKind::corrupt, "the checkpoint is too long");
    if (!note) return std::unexpected(note.error());
    return open_checkpoint(as_text(*note), verifier);
}

// The partial file of that width, the full one, or a partial one that is wider: the writer may have moved on
// since the checkpoint. The exact one comes first: what is wider and not published yet, a crash may have
// torn.
Result<TileLogReader::TileFile> TileLogReader::tile_file(const fs::path& stem, std::size_t width,
                                                         std::size_t limit) const {
    const fs::path full = folder_ / stem;
    for (int attempt = 0; attempt < 10; ++attempt) {
        if (width < tile_width)
            if (auto bytes = read_file(partial_path(full, width), limit))
                return TileFile{std::move(*bytes), width};
        auto whole = read_file(full, limit);
        if (whole) return TileFile{std::move(*whole), tile_width};
        if (whole.error().kind == ErrorKind::exhausted)
            return fail(ErrorKind::corrupt, "the log's file {} is too long", full.string());
        if (whole.error().kind != ErrorKind::not_found) return std::unexpected(whole.error());
        fs::path folder = full;
        folder += ".p";
        std::error_code error;
        for (const auto& file : fs::directory_iterator(folder, error)) {
            const std::string name = file.path().filename().string();
            std::size_t other = 0;
            std::from_chars(name.data(), name.data() + name.size(), other);
            if (other <= width || other > tile_width) continue;
            if (auto bytes = read_file(file.path(), limit)) return TileFile{std::move(*bytes), other};
        }
    }
    return fail(ErrorKind::not_found, "the log's file {} is missing", full.string());
}

Result<std::vector<Sha256Digest>> TileLogReader::hashes(std::size_t level, std::uint64_t tile,
                                                        std::size_t width) const {
    VEDETTE_TRY(const TileFile file,
                tile_file(tile_path(level, tile), width, tile_width * sizeof(Sha256Digest)));
    if (file.bytes.size() != file.width * sizeof(Sha256Digest))
        return fail(ErrorKind::corrupt, "a tile of the log has {} bytes, and {} hashes take {}",
                    file.bytes.size(), file.width, file.width * sizeof(Sha256Digest));
    std::vector<Sha256Digest> hashes(width);
    ByteReader reader(file.bytes);
    for (Sha256Digest& hash : hashes) reader.copy_to(hash);
    return hashes;
}

Result<Sha256Digest> TileLogReader::subtree(std::uint64_t size, unsigned height, std::uint64_t index) const {
    const unsigned level = height / tile_height;
    const unsigned rest = height % tile_height;
    const std::uint64_t first = index << rest;  // of the hashes of that level
    const std::uint64_t tile = first / tile_width;
    const std::uint64_t count = size >> (level * tile_height);
    const auto width =
        static_cast<std::size_t>(std::min<std::uint64_t>(count - tile * tile_width, tile_width));
    VEDETTE_TRY(const auto all, hashes(level, tile, width));
    return merkle_root(std::span(all).subspan(first % tile_width, std::size_t{1} << rest));
}

Result<Bytes> TileLogReader::bundle(std::uint64_t number, std::size_t width) const {
    VEDETTE_TRY(TileFile file, tile_file(entries_path(number), width, max_bundle_size));
    VEDETTE_TRY(const auto entries, split_bundle(file.bytes, file.width));
    if (entries.back().data() + entries.back().size() != file.bytes.data() + file.bytes.size())
        return fail(ErrorKind::corrupt, "bytes were added to an entry bundle of the log");
    return std::move(file.bytes);
}

Result<> TileLogReader::entries(std::uint64_t from, std::uint64_t to,
                                const std::function<Result<>(std::uint64_t, ByteView)>& each) const {
    while (from < to) {
        const std::uint64_t number = from / tile_width;
        const std::uint64_t first = number * tile_width;
        const auto width = static_cast<std::size_t>(std::min<std::uint64_t>(to - first, tile_width));
        VEDETTE_TRY(const Bytes bytes, bundle(number, width));
        VEDETTE_TRY(const auto split, split_bundle(bytes, width));
        for (; from < first + width; ++from) VEDETTE_CHECK(each(from, split[from - first]));
    }
    return {};
}

Result<> TileLogReader::files(std::uint64_t size,
                              const std::function<Result<>(const fs::path&, ByteView)>& each) const {
    const auto named = [](const fs::path& path, std::size_t width) {
        return width < tile_width ? partial_path(path, width) : path;
    };
    for (std::uint64_t first = 0; first < size; first += tile_width) {
        const auto width = static_cast<std::size_t>(std::min<std::uint64_t>(size - first, tile_width));
        VEDETTE_TRY(const Bytes bytes, bundle(first / tile_width, width));
        VEDETTE_TRY(const auto split, split_bundle(bytes, width));
        const auto used = static_cast<std::size_t>(split.back().data() + split.back().size() - bytes.data());
        VEDETTE_CHECK(each(named(entries_path(first / tile_width), width), ByteView(bytes).first(used)));
    }
    std::uint64_t count = size;
    for (std::size_t level = 0; count > 0; ++level, count /= tile_width)
        for (std::uint64_t first = 0; first < count; first += tile_width) {
            const auto width = static_cast<std::size_t>(std::min<std::uint64_t>(count - first, tile_width));
            VEDETTE_TRY(const auto tile, hashes(level, first / tile_width, width));
            VEDETTE_CHECK(each(named(tile_path(level, first / tile_width), width), join(tile)));
        }
    return {};
}

void check_upper_tiles(
    const TileLogReader& log, std::uint64_t size,
    const std::function<void(std::size_t level, std::uint64_t tile, std::uint64_t below)>& tell,
    const std::function<bool(std::size_t level)>& is_known) {
    std::size_t level = 1;
    for (std::uint64_t count = size / tile_width; count > 0; count /= tile_width, ++level) {
        for (std::uint64_t first = 0; first < count; first += tile_width) {
            const auto width = static_cast<std::size_t>(std::min<std::uint64_t>(count - first, tile_width));
            const auto hashes = log.hashes(level, first / tile_width, width);
            if (!hashes) {
                tell(level, first / tile_width, first);
                continue;
            }
            if (is_known && is_known(level)) continue;
            for (std::size_t i = 0; i < width; ++i) {
                const auto below = log.hashes(level - 1, first + i, tile_width);
                if (!below || merkle_root(*below) == (*hashes)[i]) continue;
                tell(level, first / tile_width, first + i);
                break;
            }
        }
    }
}

std::optional<std::size_t> width_of_bundle(const fs::path& path) {
    auto part = path.begin();
    for (const char* folder : {"tile", "entries"})
        if (part == path.end() || *part++ != folder) return std::nullopt;
    if (path.parent_path().extension() != ".p") return tile_width;
    const std::string name = path.filename().string();
    std::size_t width = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), width);
    if (error != std::errc() || end != name.data() + name.size() || width == 0 || width >= tile_width)
        return std::nullopt;
    return width;
}

Result<std::vector<ByteView>> split_bundle(ByteView bundle, std::size_t width) {
    std::vector<ByteView> entries;
    entries.reserve(width);
    ByteReader reader(bundle);
    while (entries.size() < width) {
        const std::size_t size = reader.u16();
        entries.push_back(reader.take(size));
        VEDETTE_CHECK(reader.check("an entry bundle of the log"));
    }
    return entries;
}

}  // namespace vedette::crypto
