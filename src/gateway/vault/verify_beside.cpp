#include "gateway/vault/verify_beside.hpp"

#include "crypto/signed_note.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

KeyCheck::KeyCheck(const Layout& layout, keystore::Secrets* secrets) {
    auto keys = KeyStore::open_read_only(layout, secrets);
    if (keys)
        keys_ = std::move(*keys);
    else
        note(keys.error());
}

void KeyCheck::note(const Error& error) {
    keys_.reset();
    if (error.kind == ErrorKind::corrupt || error.kind == ErrorKind::unsupported)
        fault_ = error.message;
    else
        skipped_ = error.message;
}

std::string KeyCheck::vkey() const {
    return keys_ ? crypto::NoteVerifier{keys_->origin(), keys_->signer().public_key()}.vkey() : "";
}

std::string KeyCheck::check(CameraId camera, std::int32_t day) {
    if (!keys_ || !seen_.emplace(camera, day).second) return "";
    if (keys_->day_key(camera, day)) return "";
    // A deletion by the recorder wraps all keys anew: what was read before does not fit any more.
    if (const auto refreshed = keys_->refresh(); !refreshed) {
        note(refreshed.error());
        return "";
    }
    const auto key = keys_->day_key(camera, day);
    return key ? "" : key.error().message;
}

IndexCheck::IndexCheck(const Layout& layout) {
    std::error_code error;
    if (!fs::exists(layout.index(), error)) {
        skipped_ = fmt::format("{} is missing; it is made again at the next start",
                               layout.index().filename().string());
        return;
    }
    auto index = Index::open(layout.index(), store::Access::read_only);
    auto names = index ? (*index)->camera_names() : std::unexpected(index.error());
    if (!names) {
        skipped_ = names.error().message;
        if (names.error().kind == ErrorKind::corrupt) skipped_ += "; it is made again at the next start";
        return;
    }
    index_ = std::move(*index);
    names_ = std::move(*names);
}

std::optional<PlaceNumber> IndexCheck::place_of(const SegmentId& id) const {
    if (!index_) return std::nullopt;
    return index_->place_of(id).value_or(std::nullopt);
}

Result<CameraId> IndexCheck::find_camera(const std::string& text) const {
    if (const auto id = CameraId::parse(text)) return *id;
    const auto has_name = [&](const auto& entry) { return entry.second == text; };
    const auto found = std::ranges::find_if(names_, has_name);
    if (found == names_.end())
        return fail(ErrorKind::not_found,
                    "there is no camera named \"{}\": vedette vault stats tells the names and ids", text);
    if (std::any_of(std::next(found), names_.end(), has_name))
        return fail(ErrorKind::conflict,
                    "two cameras are named \"{}\": name one by its id, which vedette vault stats tells",
                    text);
    return found->first;
}

std::string IndexCheck::check(const SegmentId& id, const std::vector<RecordRow>& signed_rows,
                              bool may_go_on) {
    if (!index_) return "";
    const auto found = index_->segment_from(id.stream, id.first_sequence);
    if (!found) return fmt::format("The index can't be read there: {}.", found.error().message);
    if (!*found || (*found)->id != id) return "The index does not list it, so that nobody finds it.";
    const std::vector<RecordRow>& rows = (*found)->rows;
    const bool is_as_signed =
        (may_go_on ? rows.size() >= signed_rows.size() : rows.size() == signed_rows.size()) &&
        std::ranges::equal(std::span(rows).first(std::min(rows.size(), signed_rows.size())), signed_rows);
    std::size_t gap_rows = 0;
    bool gaps_are_as_signed = true;
    for (const RecordRow& row : rows) {
        if (row.type != RecordType::gap) continue;
        ++gap_rows;
        const auto gap = std::ranges::find((*found)->gaps, row.sequence, &GapRow::sequence);
        gaps_are_as_signed = gaps_are_as_signed && gap != (*found)->gaps.end() &&
                             gap->interval == UtcInterval{row.start, row.end()};
    }
    if (is_as_signed && gaps_are_as_signed && gap_rows == (*found)->gaps.size()) return "";
    return "The index says something else about its records than the log.";
}

}  // namespace vedette::vault
