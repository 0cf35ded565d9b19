#include "gateway/vault/place_list.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "base/file.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view list_title = "vedette places 1";
constexpr std::string_view identity_title = "vedette place 1";
constexpr std::size_t max_list_size = 256 << 10;
constexpr std::size_t max_identity_size = 256;
constexpr std::size_t max_folder_length = 4096;

// Up to the separator, which goes, too; all of it where there is none.
std::string_view take(std::string_view& rest, char separator) {
    const std::string_view taken = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(rest.size(), taken.size() + 1));
    return taken;
}

std::optional<PlaceEntry> parse_place_line(std::string_view line) {
    PlaceEntry place;
    const std::string_view number_text = take(line, ' ');
    const auto [end, error] =
        std::from_chars(number_text.data(), number_text.data() + number_text.size(), place.number);
    const auto id = PlaceId::parse(take(line, ' '));
    place.name = take(line, ' ');
    place.folder = line;
    if (error != std::errc() || end != number_text.data() + number_text.size() ||
        place.number == home_place || !id || !is_place_name(place.name) ||
        !(place.folder.is_absolute() || line.starts_with(remote_prefix)) || line.size() > max_folder_length)
        return std::nullopt;
    place.id = *id;
    return place;
}

}  // namespace

bool is_place_name(std::string_view name) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= max_place_name && std::ranges::all_of(name, is_allowed) &&
           name != home_place_name;
}

Result<std::vector<PlaceEntry>> parse_places(std::string_view text) {
    const auto damaged = fail(ErrorKind::corrupt, "the list of places is damaged");
    if (!text.ends_with('\n') || take(text, '\n') != list_title) return damaged;
    std::vector<PlaceEntry> places;
    while (!text.empty()) {
        auto place = parse_place_line(take(text, '\n'));
        if (!place || places.size() == max_places) return damaged;
        const auto is_same = [&](const PlaceEntry& other) {
            return other.number == place->number || other.id == place->id || other.name == place->name;
        };
        if (std::ranges::any_of(places, is_same)) return damaged;
        places.push_back(std::move(*place));
    }
    return places;
}

std::string print_places(std::span<const PlaceEntry> places) {
    std::string text = std::string(list_title) + "\n";
    for (const PlaceEntry& place : places)
        text +=
            fmt::format("{} {} {} {}\n", place.number, place.id.text(), place.name, place.folder.string());
    return text;
}

Result<std::vector<PlaceEntry>> read_places(const Layout& layout) {
    const auto bytes = read_file(layout.places(), max_list_size);
    if (!bytes && bytes.error().kind == ErrorKind::not_found) return std::vector<PlaceEntry>();
    if (!bytes) return std::unexpected(bytes.error());
    auto places = parse_places(as_text(*bytes));
    if (!places)
        places.error().message = fmt::format(
            "{} is damaged: restore it from a backup, or move it away and name all places again with --media",
            layout.places().string());
    return places;
}

Result<PlaceIdentity> parse_place_identity(std::string_view text) {
    const bool is_ours = take(text, '\n') == identity_title;
    const auto organisation = OrganisationId::parse(take(text, '\n'));
    const auto id = PlaceId::parse(take(text, '\n'));
    if (!is_ours || !organisation || !id || !text.empty())
        return fail(ErrorKind::corrupt, "the file that names this disk is damaged");
    return PlaceIdentity{*organisation, *id};
}

std::string print_place_identity(const PlaceIdentity& identity) {
    return fmt::format("{}\n{}\n{}\n", identity_title, identity.organisation.text(), identity.id.text());
}

Result<PlaceIdentity> read_place_identity(const MediaFolder& media) {
    VEDETTE_TRY(const Bytes bytes, read_file(media.identity(), max_identity_size));
    auto identity = parse_place_identity(as_text(bytes));
    if (!identity) return fail(ErrorKind::corrupt, "{} is damaged", media.identity().string());
    return identity;
}

std::string why_away(const PlaceEntry& place) {
    const auto identity = read_place_identity(place.media());
    if (!identity && identity.error().kind == ErrorKind::not_found) {
        std::error_code error;
        return fs::exists(place.folder, error) ? "nothing is mounted in its folder, or it was emptied"
                                               : "its folder is not there";
    }
    if (!identity) return identity.error().message;
    return identity->id == place.id ? "" : "another disk is mounted in its folder";
}

std::optional<FirstLook> look_at(const PlaceEntry& place, std::chrono::milliseconds limit) {
    struct Shared {
        std::mutex mutex;
        std::condition_variable changed;
        std::optional<FirstLook> found;
    };
    const auto shared = std::make_shared<Shared>();
    std::thread([shared, place] {
        FirstLook look{.why_away = why_away(place)};
        std::error_code error;
        const fs::space_info space =
            look.why_away.empty() ? fs::space(place.folder, error) : fs::space_info{};
        if (!error) look.capacity = space.capacity;
        if (!error) look.free = space.available;
        const std::lock_guard lock(shared->mutex);
        shared->found = std::move(look);
        shared->changed.notify_all();
    }).detach();
    std::unique_lock lock(shared->mutex);
    const auto is_found = [&] { return shared->found.has_value(); };
    if (limit.count() == 0)
        shared->changed.wait(lock, is_found);
    else
        shared->changed.wait_for(lock, limit, is_found);
    return shared->found;
}

}  // namespace vedette::vault
