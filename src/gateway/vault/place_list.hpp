#pragma once
// The file `places` of the data directory, and what tells one disk from another.

#include <chrono>
#include <optional>
#include <span>

#include "gateway/vault/layout.hpp"

namespace vedette::vault {

using PlaceId = Id<struct PlaceTag>;
inline constexpr std::size_t max_places = 32;  ///< besides the data directory
inline constexpr std::size_t max_place_name = 32;
inline constexpr std::string_view home_place_name = "data";

/// Another disk for recordings, as the operator named it.
struct PlaceOption {
    std::string name;
    std::filesystem::path folder;
};

/// A place that recordings lie in, or ever lay in: a line of the file.
struct PlaceEntry {
    PlaceNumber number = home_place;
    PlaceId id;
    std::string name;
    std::filesystem::path folder;

    MediaFolder media() const { return {folder}; }
    friend bool operator==(const PlaceEntry&, const PlaceEntry&) = default;
};

/// 1 to 32 letters, digits, `-`, `_` and `.`, and not `data`.
bool is_place_name(std::string_view name);

/// What print_places() gave. corrupt: anything else.
Result<std::vector<PlaceEntry>> parse_places(std::string_view text);
std::string print_places(std::span<const PlaceEntry> places);
/// Without the data directory's own; empty where there is no such file.
Result<std::vector<PlaceEntry>> read_places(const Layout& layout);

/// The text of the file that says which disk this is.
struct PlaceIdentity {
    OrganisationId organisation;
    PlaceId id;
    friend bool operator==(const PlaceIdentity&, const PlaceIdentity&) = default;
};
Result<PlaceIdentity> parse_place_identity(std::string_view text);
std::string print_place_identity(const PlaceIdentity& identity);
/// not_found: there is none, as where nothing is mounted.
Result<PlaceIdentity> read_place_identity(const MediaFolder& media);

/// A sentence's end on why the place's disk is not there ("nothing is mounted in its folder"); empty when it
/// is.
std::string why_away(const PlaceEntry& place);

/// What a look at a directory finds.
struct FirstLook {
    std::string why_away;  ///< as why_away()
    std::uint64_t capacity = 0;
    std::uint64_t free = 0;
};
/// Looks in a thread of its own, which a disk that hangs keeps. nullopt: nothing came of it within `limit`;
/// 0: there is none.
std::optional<FirstLook> look_at(const PlaceEntry& place, std::chrono::milliseconds limit);

}  // namespace vedette::vault
