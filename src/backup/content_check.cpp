#include "backup/content_check.hpp"

#include "backup/names.hpp"
#include "crypto/signed_note.hpp"
#include "crypto/tile_log.hpp"
#include "store/database.hpp"

namespace vedette::backup {

namespace {

std::optional<std::size_t> bundle_width(const std::string& name) {
    if (!name.starts_with(log_folder)) return std::nullopt;
    return crypto::width_of_bundle(name.substr(log_folder.size()));
}

}  // namespace

void ContentCheck::begin(const Part& part) {
    part_ = part;
    bytes_.clear();
    looks_ = part.name == checkpoint_name || part.name == vkey_name || bundle_width(part.name);
}

void ContentCheck::take(ByteView bytes) {
    // What it is shows in its first bytes, which come together.
    if (bytes_.empty() && is_database(bytes)) looks_ = true;
    if (looks_) bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

Result<> ContentCheck::end() {
    if (!looks_) return {};
    if (part_.name == checkpoint_name) {
        checkpoint_ = as_text(bytes_);
    } else if (part_.name == vkey_name) {
        vkey_ = as_text(bytes_);
    } else if (const auto width = bundle_width(part_.name)) {
        if (const auto added = add_bundle(*width); !added && !bundle_error_) bundle_error_ = added.error();
    } else {
        VEDETTE_CHECK(store::check_copy(bytes_, part_.name));
        ++databases_;
    }
    return {};
}

Result<> ContentCheck::add_bundle(std::size_t width) {
    VEDETTE_TRY(const auto entries, crypto::split_bundle(bytes_, width));
    for (const ByteView entry : entries) frontier_.add(crypto::merkle_leaf_hash(entry));
    return {};
}

Result<std::uint64_t> ContentCheck::log_entries() const {
    if (bundle_error_) return std::unexpected(*bundle_error_);
    VEDETTE_TRY(const auto verifier, crypto::NoteVerifier::parse_line(vkey_));
    VEDETTE_TRY(const auto checkpoint, crypto::open_checkpoint(checkpoint_, verifier));
    if (frontier_.size() == checkpoint.size && frontier_.root() == checkpoint.root) return checkpoint.size;
    return fail(ErrorKind::corrupt, "its {} entries are not the {} that were signed", frontier_.size(),
                checkpoint.size);
}

}  // namespace vedette::backup
