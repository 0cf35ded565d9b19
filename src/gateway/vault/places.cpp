#include "gateway/vault/places.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.hpp"
#include "crypto/digest.hpp"
#include "gateway/vault/format_file.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

namespace {

// So often it is looked whether a look at a disk comes to no end.
constexpr std::chrono::milliseconds overseen_every{500};
constexpr std::string_view identity_key = "vedette-place";
constexpr int slower_for_archives = 10;  // their looks cost somebody money

// A place that has no id yet gets one, and its folders. The id comes last: with it, the place is whole.
Result<PlaceId> adopt(const PlaceOption& option, OrganisationId organisation) {
    const MediaFolder media{option.folder};
    std::error_code error;
    if (!fs::is_directory(option.folder, error))
        return fail(ErrorKind::invalid_input,
                    "there is no directory {} named \"{}\": mount the disk and make it",
                    option.folder.string(), option.name);
    const auto known = read_place_identity(media);
    if (known && known->organisation != organisation)
        return fail(ErrorKind::conflict, "the disk in {} belongs to another Vedette", option.folder.string());
    if (known) return known->id;
    if (known.error().kind != ErrorKind::not_found) return std::unexpected(known.error());
    if (fs::exists(media.folder / "format", error))
        return fail(ErrorKind::conflict,
                    "{} is a data directory of Vedette: choose a folder for --media {} "
                    "that holds nothing yet",
                    option.folder.string(), option.name);
    for (const fs::path& folder : {media.media(), media.open()})
        if (!error) fs::create_directory(folder, error);
    if (error) return fail_errno(error.value(), option.folder.string());
    const PlaceIdentity identity{organisation, PlaceId::random()};
    VEDETTE_CHECK(replace_file(media.identity(), as_bytes(print_place_identity(identity)), 0640));
    return identity.id;
}

bool is_remote(const fs::path& folder) {
    return folder.string().starts_with(remote_prefix);
}

Result<PlaceIdentity> read_object_identity(ObjectStore& objects) {
    std::array<std::byte, 256> bytes{};
    VEDETTE_TRY(const std::size_t got, objects.read(std::string(identity_key), 0, bytes));
    return parse_place_identity(as_text(ByteView(bytes).first(got)));
}

// As adopt(), for an archive that is no file system.
Result<PlaceId> adopt_objects(const PlaceOption& option, const ConnectArchive& connect,
                              OrganisationId organisation) {
    if (!connect)
        return fail(ErrorKind::unsupported, "there is no client for {} here", option.folder.string());
    VEDETTE_TRY(const auto objects, connect(option.folder.string()));
    const auto known = read_object_identity(*objects);
    if (known && known->organisation != organisation)
        return fail(ErrorKind::conflict, "the archive {} belongs to another Vedette", option.folder.string());
    if (known) return known->id;
    if (known.error().kind != ErrorKind::not_found) return std::unexpected(known.error());
    const PlaceIdentity identity{organisation, PlaceId::random()};
    VEDETTE_CHECK(objects->put(std::string(identity_key), as_bytes(print_place_identity(identity))));
    return identity.id;
}

bool lie_on_one_disk(const fs::path& a, const fs::path& b) {
    struct stat first{};
    struct stat second{};
    return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev;
}

Result<> check_option(const PlaceOption& option, const std::vector<PlaceOption>& named) {
    if (!is_place_name(option.name))
        return fail(ErrorKind::invalid_input,
                    "\"{}\" is no name for a disk: 1 to {} letters, digits, '-', '_' and '.', and not "
                    "\"data\"",
                    option.name, max_place_name);
    if ((!option.folder.is_absolute() && !is_remote(option.folder)) || option.folder.string().contains('\n'))
        return fail(ErrorKind::invalid_input, "\"{}\" needs the whole path of its directory", option.name);
    const auto is_same = [&](const PlaceOption& other) {
        return other.name == option.name || other.folder == option.folder;
    };
    if (std::ranges::count_if(named, is_same) > 1)
        return fail(ErrorKind::invalid_input, "the disk \"{}\" is given twice", option.name);
    return {};
}

// Between 0 and 1, the same at each start.
double chance(CameraId camera, const PlaceId& place) {
    Bytes both(camera.bytes().begin(), camera.bytes().end());
    both.insert(both.end(), place.bytes().begin(), place.bytes().end());
    const auto digest = crypto::sha256(both);
    std::uint64_t number = 0;
    std::memcpy(&number, digest.data(), sizeof number);
    return (static_cast<double>(number >> 11) + 0.5) / static_cast<double>(std::uint64_t{1} << 53);
}

std::string sentence_of(PlaceState state, const PlaceEntry& place, const std::string& why) {
    const std::string& name = place.name;
    if (state == PlaceState::away && is_remote(place.folder))
        return fmt::format(
            "The archive \"{}\" is away ({}): its recordings can't be seen until it answers again.", name,
            why);
    switch (state) {
        case PlaceState::good:
            return "";
        case PlaceState::full:
            return fmt::format("The disk \"{}\" is full: make room, or add another one.", name);
        case PlaceState::read_only:
            return fmt::format(
                "The disk \"{}\" turned read-only, as disks with damage do: check it and mount it again.",
                name);
        case PlaceState::failing:
            return fmt::format("The disk \"{}\" can't be written ({}): check it.", name, why);
        case PlaceState::away:
            return fmt::format(
                "The disk \"{}\" is away ({}): its recordings can't be seen until it is mounted again.", name,
                why);
        case PlaceState::hanging:
            return fmt::format(
                "The disk \"{}\" does not answer: its recordings can't be seen until it does. Check it and "
                "its "
                "cables.{}",
                name, place.number == home_place ? " Nothing can be signed meanwhile." : "");
    }
    return "";
}

// A few bytes that have to reach the disk.
Result<> probe_disk(const MediaFolder& media) {
    const fs::path path = media.folder / "vedette-probe";
    VEDETTE_TRY(const File file, File::open(path, O_WRONLY | O_CREAT, 0640));
    const std::uint64_t now =
        static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    if (::pwrite(file.fd(), &now, sizeof now, 0) != sizeof now) return fail_errno(errno, path.string());
    const int failed = ::fsync(file.fd()) == 0 ? 0 : errno;
    (void)::unlink(path.c_str());
    if (failed != 0) return fail_errno(failed, path.string());
    return {};
}

PlaceState state_after(const Error& error) {
    return error.kind == ErrorKind::exhausted ? PlaceState::full : PlaceState::failing;
}

bool is_read_only(const fs::path& folder) {
    struct statvfs status{};
    return ::statvfs(folder.c_str(), &status) == 0 && (status.f_flag & ST_RDONLY) != 0;
}

}  // namespace

std::string_view to_string(PlaceState state) {
    switch (state) {
        case PlaceState::good:
            return "good";
        case PlaceState::full:
            return "full";
        case PlaceState::read_only:
            return "read_only";
        case PlaceState::failing:
            return "failing";
        case PlaceState::away:
            return "away";
        case PlaceState::hanging:
            return "hanging";
    }
    return "failing";
}

Places::Places(const Layout& layout, PlaceWatch watch) : watch_(std::move(watch)), connect_(layout.connect) {
    add({home_place, {}, std::string(home_place_name), layout.folder}, true);
}

Places::~Places() {
    stop();
    for (auto& [number, disk] : disks_)
        if (disk->watcher.joinable()) disk->watcher.join();
}

void Places::add(PlaceEntry entry, bool records) {
    auto disk = std::make_unique<Disk>();
    disk->entry = std::move(entry);
    const bool is_object_store = is_remote(disk->entry.folder);
    if (is_object_store) {
        auto connected = connect_ ? connect_(disk->entry.folder.string())
                                  : fail(ErrorKind::unsupported, "there is no client for it here");
        if (connected)
            disk->objects = std::move(*connected);
        else
            disk->unconnected = connected.error().message;
    }
    std::string why;
    if (is_object_store || disk->entry.number == home_place) {
        why = why_away(*disk);
    } else if (const auto look = look_at(disk->entry, watch_.hang_limit)) {
        why = look->why_away;
        disk->capacity = look->capacity;
        disk->free = look->free;
    } else {
        disk->state = PlaceState::hanging;
        disk->failed_at = Steady::now();
    }
    if (!why.empty()) disk->state = PlaceState::away;
    if (disk->state != PlaceState::good) disk->message = sentence_of(disk->state, disk->entry, why);
    std::error_code error;
    if (disk->entry.number == home_place) {
        const fs::space_info space = fs::space(disk->entry.folder, error);
        if (!error) disk->capacity = space.capacity;
        if (!error) disk->free = space.available;
    }
    disk->records = records;
    const PlaceNumber number = disk->entry.number;
    disks_.emplace(number, std::move(disk));
}

std::string Places::why_away(const Disk& disk) {
    if (disk.entry.number == home_place) return "";
    if (!disk.objects) return disk.unconnected.empty() ? vault::why_away(disk.entry) : disk.unconnected;
    const auto identity = read_object_identity(*disk.objects);
    if (!identity && identity.error().kind == ErrorKind::not_found) return "it was emptied";
    if (!identity) return identity.error().message;
    return identity->id == disk.entry.id ? "" : "another archive is there";
}

Result<std::unique_ptr<Places>> Places::open_to_read(const Layout& layout) {
    VEDETTE_TRY(auto entries, read_places(layout));
    std::unique_ptr<Places> places(new Places(layout, {}));
    for (PlaceEntry& entry : entries) places->add(std::move(entry), false);
    return places;
}

Result<std::unique_ptr<Places>> Places::open(const Layout& layout, const std::vector<PlaceOption>& disks,
                                             const std::optional<PlaceOption>& archive,
                                             OrganisationId organisation, PlaceWatch watch) {
    VEDETTE_TRY(std::vector<PlaceEntry> entries, read_places(layout));
    const std::vector<PlaceEntry> before = entries;
    std::vector<PlaceOption> named = disks;
    if (archive) named.push_back(*archive);
    for (const PlaceOption& option : named) {
        VEDETTE_CHECK(check_option(option, named));
        if (const auto known = std::ranges::find(entries, option.name, &PlaceEntry::name);
            known != entries.end()) {
            known->folder = option.folder;
            continue;
        }
        VEDETTE_TRY(const PlaceId id, is_remote(option.folder)
                                          ? adopt_objects(option, layout.connect, organisation)
                                          : adopt(option, organisation));
        if (const auto known = std::ranges::find(entries, id, &PlaceEntry::id); known != entries.end())
            return fail(ErrorKind::conflict, "the disk in {} is known as \"{}\": name it so with --media",
                        option.folder.string(), known->name);
        if (entries.size() == max_places)
            return fail(ErrorKind::exhausted, "{} places are the most", max_places);
        PlaceNumber number = 0;
        for (const PlaceEntry& entry : entries) number = std::max(number, entry.number);
        entries.push_back({static_cast<PlaceNumber>(number + 1), id, option.name, option.folder});
        log::info("recordings go to {} as well, as \"{}\"", option.folder.string(), option.name);
        if (lie_on_one_disk(option.folder, layout.folder))
            log::warn("{} lies on the same disk as the data directory; was it meant to be mounted?",
                      option.folder.string());
    }
    if (entries != before) {
        VEDETTE_CHECK(raise_format(layout, format_with_places));
        VEDETTE_CHECK(replace_file(layout.places(), as_bytes(print_places(entries)), 0640));
    }
    std::unique_ptr<Places> places(new Places(layout, std::move(watch)));
    for (PlaceEntry& entry : entries) {
        const bool records = std::ranges::find(disks, entry.name, &PlaceOption::name) != disks.end();
        if (archive && entry.name == archive->name) places->archive_ = entry.number;
        places->add(std::move(entry), records);
    }
    return places;
}

void Places::start() {
    if (!has_several() || watch_.interval.count() == 0) return;
    for (const PlaceStatus& place : status())
        if (!place.message.empty()) log::error("{}", place.message);
    for (auto& [number, disk] : disks_)
        disk->watcher =
            std::jthread([this, &looked_at = *disk](const std::stop_token& stop) { watch(looked_at, stop); });
    if (watch_.hang_limit.count() > 0)
        overseer_ = std::jthread([this](const std::stop_token& stop) { oversee(stop); });
}

// One that hangs is waited for at the very end: until then what other disks have is brought to its end.
void Places::stop() {
    overseer_ = {};
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    for (auto& [number, disk] : disks_) {
        disk->watcher.request_stop();
        if (disk->objects) disk->objects->interrupt();
    }
    waiting_.notify_all();
    for (auto& [number, disk] : disks_) {
        while (disk->watcher.joinable() && !disk->is_watched_no_more && !is_late(*disk))
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        if (disk->watcher.joinable() && disk->is_watched_no_more) disk->watcher.join();
    }
}

// A thread for each: a disk that hangs keeps nobody from looking at the others.
void Places::watch(Disk& disk, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        check(disk.entry.number);
        std::unique_lock lock(mutex_);
        waiting_.wait_for(lock, stop, watch_.interval * (disk.objects ? slower_for_archives : 1),
                          [] { return false; });
    }
    disk.is_watched_no_more = true;
}

// Archives in a bucket have time limits of their own.
bool Places::is_late(const Disk& disk) const {
    const Steady::rep since = disk.looked_at_since;
    return since != 0 && !disk.objects && watch_.hang_limit.count() > 0 &&
           Steady::now() - Steady::time_point(Steady::duration(since)) > watch_.hang_limit;
}

void Places::oversee(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        waiting_.wait_for(lock, stop, overseen_every, [] { return false; });
        lock.unlock();
        for (const auto& [number, disk] : disks_)
            if (is_late(*disk)) note_hanging(number);
        lock.lock();
    }
}

void Places::note_hanging(PlaceNumber place) {
    if (!has_several()) return;
    Disk& disk = *disks_.at(place);
    {
        const std::lock_guard lock(mutex_);
        disk.failed_at = Steady::now();
    }
    set(disk, PlaceState::hanging, "");
}

void Places::check(PlaceNumber place) {
    Disk& disk = *disks_.at(place);
    disk.looked_at_since = Steady::now().time_since_epoch().count();
    look(disk);
    disk.looked_at_since = 0;
}

void Places::look(Disk& disk) {
    const MediaFolder media = disk.entry.media();
    if (std::string why = why_away(disk); !why.empty()) {
        set(disk, PlaceState::away, why);
        return;
    }
    if (disk.objects) {
        set(disk, PlaceState::good, "");
        return;
    }
    std::error_code error;
    const fs::space_info space = fs::space(media.folder, error);
    if (!error) {
        const std::lock_guard lock(mutex_);
        disk.capacity = space.capacity;
        disk.free = space.available;
    }
    if (is_read_only(media.folder)) {
        set(disk, PlaceState::read_only, "");
        return;
    }
    if (const auto probed = probe_disk(media); !probed) {
        set(disk, state_after(probed.error()), probed.error().message);
        return;
    }
    const PlaceState before = disk.state;
    if (!error && space.available < (before == PlaceState::full ? 2 * watch_.room : watch_.room)) {
        set(disk, PlaceState::full, "");
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if ((before == PlaceState::failing || before == PlaceState::hanging) &&
            Steady::now() < disk.failed_at + watch_.rest)
            return;
    }
    set(disk, PlaceState::good, "");
}

void Places::report(PlaceNumber place, const Error& error) {
    if (!has_several()) return;
    Disk& disk = *disks_.at(place);
    {
        const std::lock_guard lock(mutex_);
        disk.failed_at = Steady::now();
    }
    if (std::string why = why_away(disk); !why.empty()) {
        set(disk, PlaceState::away, why);
        return;
    }
    const bool read_only = error.kind != ErrorKind::exhausted && is_read_only(disk.entry.folder);
    set(disk, read_only ? PlaceState::read_only : state_after(error), error.message);
}

void Places::set(Disk& disk, PlaceState state, std::string why) {
    PlaceStatus status;
    {
        const std::lock_guard lock(mutex_);
        const PlaceState before = disk.state.exchange(state);
        if (before == state) return;
        disk.message = sentence_of(state, disk.entry, why);
        status = status_of(disk);
        if (is_stopped_) return;  // who would be told is gone
    }
    if (state == PlaceState::good)
        log::info("\"{}\" ({}) is there, and as it should be", disk.entry.name, disk.entry.folder.string());
    else
        log::error("{} It is {}.", status.message, disk.entry.folder.string());
    if (watch_.on_change) watch_.on_change(status);
}

std::vector<PlaceNumber> Places::all() const {
    std::vector<PlaceNumber> numbers;
    numbers.reserve(disks_.size());
    for (const auto& [number, disk] : disks_) numbers.push_back(number);
    return numbers;
}

std::vector<PlaceNumber> Places::there() const {
    std::vector<PlaceNumber> numbers = all();
    std::erase_if(numbers, [&](PlaceNumber place) { return !is_there(place); });
    return numbers;
}

std::vector<PlaceNumber> Places::disks_there() const {
    std::vector<PlaceNumber> numbers = there();
    std::erase_if(numbers, [&](PlaceNumber place) { return is_remote(at(place).entry.folder); });
    return numbers;
}

std::vector<PlaceNumber> Places::there(PlaceNumber first) const {
    std::vector<PlaceNumber> numbers = there();
    if (std::erase(numbers, first) > 0) numbers.insert(numbers.begin(), first);
    return numbers;
}

PlaceState Places::state(PlaceNumber place) const {
    return at(place).state;
}

bool Places::is_there(PlaceNumber place) const {
    return is_known(place) && state(place) != PlaceState::away && state(place) != PlaceState::hanging;
}

MediaFolder Places::media(PlaceNumber place) const {
    return at(place).entry.media();
}

std::string Places::name(PlaceNumber place) const {
    return at(place).entry.name;
}

PlaceStatus Places::status_of(const Disk& disk) {
    return {disk.entry.number, disk.entry.name, disk.entry.folder, disk.state,
            disk.records,      disk.message,    disk.capacity,     disk.free};
}

std::vector<PlaceStatus> Places::status() const {
    const std::lock_guard lock(mutex_);
    std::vector<PlaceStatus> all;
    all.reserve(disks_.size());
    for (const auto& [number, disk] : disks_) all.push_back(status_of(*disk));
    return all;
}

std::vector<std::string> Places::away() const {
    std::vector<std::string> names;
    for (const auto& [number, disk] : disks_)
        if (disk->state == PlaceState::away || disk->state == PlaceState::hanging)
            names.push_back(disk->entry.name);
    return names;
}

void Places::prefer(CameraId camera, std::string name) {
    const std::lock_guard lock(mutex_);
    if (name.empty())
        preferred_.erase(camera);
    else
        preferred_[camera] = std::move(name);
}

// By weighted rendezvous hashing: each camera has its disk, the larger ones have more cameras, and nothing
// has to be remembered. The data directory's own disk is the last resort.
std::vector<PlaceNumber> Places::candidates(CameraId camera) const {
    if (!has_several()) return {home_place};
    struct Candidate {
        PlaceNumber place;
        bool in_trouble;
        double worth;
    };
    std::vector<Candidate> candidates;
    {
        const std::lock_guard lock(mutex_);
        const auto preferred = preferred_.find(camera);
        for (const auto& [number, disk] : disks_) {
            if (!disk->records || disk->state == PlaceState::away || disk->state == PlaceState::hanging)
                continue;
            double worth = 0;
            if (number != home_place)
                worth = static_cast<double>(std::max<std::uint64_t>(disk->capacity, 1)) /
                        -std::log(chance(camera, disk->entry.id));
            if (preferred != preferred_.end() && preferred->second == disk->entry.name)
                worth = std::numeric_limits<double>::infinity();
            candidates.push_back({number, disk->state != PlaceState::good, worth});
        }
    }
    std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
        return a.in_trouble != b.in_trouble ? b.in_trouble : a.worth > b.worth;
    });
    std::vector<PlaceNumber> numbers;
    numbers.reserve(candidates.size());
    for (const Candidate& candidate : candidates) numbers.push_back(candidate.place);
    return numbers;
}

bool Places::has_other_good(PlaceNumber place) const {
    return std::ranges::any_of(disks_, [&](const auto& item) {
        return item.first != place && item.second->records && item.second->state == PlaceState::good;
    });
}

bool Places::takes_recordings() const {
    return has_several() && std::ranges::any_of(disks_, [](const auto& item) {
               return item.second->records && item.second->state == PlaceState::good;
           });
}

Result<SegmentSource> open_segment_file(const Places& places, PlaceNumber likely, const SegmentId& id,
                                        std::int32_t day) {
    for (const PlaceNumber place : places.there(likely)) {
        if (ObjectStore* const objects = places.objects(place)) {
            std::string key = Places::object_key(id, day);
            // It is read soon, and tells then when it is not there.
            if (place == likely || objects->size(key)) return SegmentSource(*objects, std::move(key));
            continue;
        }
        const MediaFolder media = places.media(place);
        const fs::path final_path = media.segment(id, day);
        // It moves once in its life, maybe just now.
        for (const fs::path& path : {final_path, media.open_segment(id), final_path}) {
            auto opened = File::open(path, O_RDONLY);
            if (opened) return SegmentSource(std::move(*opened));
            if (opened.error().kind != ErrorKind::not_found) return std::unexpected(opened.error());
        }
    }
    if (places.is_known(likely) && !places.is_there(likely))
        return fail(ErrorKind::unavailable, "its disk, \"{}\", {}", places.name(likely),
                    places.state(likely) == PlaceState::hanging ? "does not answer" : "is away");
    return fail(ErrorKind::corrupt, "the file {} is missing",
                places.media(home_place).open_segment(id).filename().string());
}

Result<> make_day_folder(const MediaFolder& media, StreamKey stream, std::int32_t day) {
    const fs::path folder = media.day_folder(stream, day);
    for (const fs::path& one : {folder.parent_path().parent_path(), folder.parent_path(), folder}) {
        std::error_code error;
        fs::create_directory(one, error);
        if (error) return fail_errno(error.value(), one.string());
    }
    return {};
}

}  // namespace vedette::vault
