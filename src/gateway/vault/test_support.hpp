#pragma once
// For this folder's tests alone.

#include <cstring>
#include <map>
#include <mutex>

#include "base/test_folder.hpp"
#include "gateway/vault/vault.hpp"

namespace vedette::vault {

/// Where a vault can be made, with room beside it; on no disk unless a parent is given.
struct VaultFolder {
    TestFolder around{memory_place()};
    std::filesystem::path path = around.path() / "data";
};

inline constexpr Ticks90k day = std::chrono::hours(24);

constexpr Ticks90k seconds(int count) {
    return std::chrono::seconds(count);
}

inline SharedBytes shared(std::string_view text) {
    const ByteView bytes = as_bytes(text);
    return std::make_shared<const Bytes>(bytes.begin(), bytes.end());
}

/// Bytes that only this number gives; between 10 and 50 kB.
inline SharedBytes payload(int number) {
    static std::mutex mutex;
    static std::map<int, SharedBytes> known;
    const std::lock_guard lock(mutex);
    SharedBytes& bytes = known[number];
    if (bytes) return bytes;
    auto made = std::make_shared<Bytes>(10'000 + static_cast<std::size_t>(number) * 7919 % 40'000);
    std::uint32_t state = static_cast<std::uint32_t>(number) * 2654435761u + 1;
    for (std::byte& byte : *made) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<std::byte>(state >> 24);
    }
    return bytes = std::move(made);
}

/// Whether these are the bytes of `number`.
inline bool is_payload(ByteView bytes, int number) {
    const SharedBytes expected = payload(number);
    return bytes.size() == expected->size() && std::memcmp(bytes.data(), expected->data(), bytes.size()) == 0;
}

/// Two seconds of media in three pieces.
inline Fragment make_fragment(StreamKey stream, std::uint64_t run, UtcTime start, int number) {
    const SharedBytes data = payload(number);
    const ByteView bytes = *data;
    Fragment fragment{stream, run, start, seconds(2), CameraTime(Ticks90k(number)), {}};
    for (const auto& [from, to] :
         {std::pair<std::size_t, std::size_t>{0, 100}, {100, 5001}, {5001, bytes.size()}})
        fragment.pieces.push_back({data, bytes.subspan(from, to - from)});
    return fragment;
}

inline Result<std::unique_ptr<Vault>> open_vault(const std::filesystem::path& folder) {
    VaultOptions options;
    options.folder = folder;
    options.sync_interval = std::chrono::milliseconds(50);
    return Vault::open(std::move(options));
}

struct Played {
    std::vector<std::string> inits;
    std::vector<PlayFragment> fragments;
    std::vector<PlayGap> gaps;
    std::size_t damage = 0;
};

inline Played play_all(Cursor& cursor) {
    Played played;
    for (;;) {
        auto item = cursor.next();
        if (!item || !*item) return played;
        if (auto* init = std::get_if<PlayInit>(&**item)) played.inits.emplace_back(as_text(*init->data));
        if (auto* fragment = std::get_if<PlayFragment>(&**item)) played.fragments.push_back(*fragment);
        if (auto* gap = std::get_if<PlayGap>(&**item)) played.gaps.push_back(*gap);
        if (std::get_if<PlayDamage>(&**item)) ++played.damage;
    }
}

}  // namespace vedette::vault
