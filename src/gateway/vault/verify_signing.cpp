#include "gateway/vault/verify_signing.hpp"

namespace vedette::vault {

namespace {

bool is_signed_by(const std::string& note, const std::string& vkey) {
    const auto key = crypto::NoteKey::parse(vkey);
    return key && crypto::open_checkpoint(note, *key).has_value();
}

keystore::SignerKind kind_of(SigningState state) {
    return state == SigningState::pkcs11 ? keystore::SignerKind::pkcs11
           : state == SigningState::tpm2 ? keystore::SignerKind::tpm2
                                         : keystore::SignerKind::file;
}

}  // namespace

std::string describe(const SignedStretch& stretch) {
    std::string kind(to_string(kind_of(stretch.state)));
    if (stretch.state == SigningState::own_key) return kind;
    if (stretch.state == SigningState::away) return kind + " alone: token or TPM did not answer";
    if (stretch.vkey.empty())
        return fmt::format("{} alone: no signature of the {}", to_string(keystore::SignerKind::file), kind);
    const auto key = crypto::NoteKey::parse(stretch.vkey);
    return fmt::format("{} ({}), and the key file", kind, key ? key->algorithm() : "unknown");
}

SigningCheck::SigningCheck(const Layout& layout) : layout_(layout), files_(layout) {
    for (auto& [entry, read] : files_.proofs()) {
        Proof proof;
        if (read) {
            proof.vkey = read->vkey;
            if (auto kept = kept_of(std::move(read->note)))
                proof.kept = std::move(*kept);
            else
                proof.error = "it holds no checkpoint";
        } else {
            proof.error = read.error().message;
        }
        proofs_.emplace(entry, std::move(proof));
    }
    auto note = files_.read_checkpoint();
    if (note) newest_ = kept_of(std::move(*note));
    if (!newest_) newest_error_ = note ? "it is no checkpoint" : note.error().message;
}

std::optional<SigningCheck::Kept> SigningCheck::kept_of(std::string note) {
    const auto split = crypto::split_note(note);
    auto checkpoint = split ? crypto::Checkpoint::parse(split->text)
                            : Result<crypto::Checkpoint>(std::unexpected(split.error()));
    if (!checkpoint) return std::nullopt;
    return Kept{std::move(note), std::move(*checkpoint), false};
}

void SigningCheck::compare(const crypto::MerkleFrontier& reading) {
    const auto look = [&](Kept& kept) {
        if (!kept.is_good && kept.checkpoint.size == reading.size())
            kept.is_good = reading.root() == kept.checkpoint.root;
    };
    for (auto& [entry, proof] : proofs_) look(proof.kept);
    if (newest_) look(*newest_);
}

const std::string* SigningCheck::vkey_of(const crypto::Sha256Digest& digest) const {
    for (const auto& [entry, proof] : proofs_)
        if (!proof.vkey.empty() && signing_key_digest(proof.vkey) == digest) return &proof.vkey;
    return nullptr;
}

// Empty: the change is proven.
std::string SigningCheck::fault_of_change(std::uint64_t entry, const std::string& before,
                                          const std::string& next, const crypto::NoteKey& own) const {
    const auto found = proofs_.find(entry);
    if (found == proofs_.end()) return "What proves it is missing.";
    const Proof& proof = found->second;
    if (!proof.error.empty()) return fmt::format("What proves it does not count: {}.", proof.error);
    if (proof.vkey != next) return "What is there for its proof names another key.";
    const Kept& kept = proof.kept;
    if (kept.checkpoint.size <= entry || !kept.is_good || !crypto::open_checkpoint(kept.note, own))
        return "What is there for its proof is none of this log.";
    if (!next.empty() && !is_signed_by(kept.note, next)) return "The new key has not signed it.";
    if (!before.empty() && !is_signed_by(kept.note, before))
        return "The key that signed before has not vouched for it: that key was lost then, or somebody else "
               "made the change.";
    return "";
}

// The entries up to there have the key's signature; the reason when there is something wrong with it.
std::uint64_t SigningCheck::signed_end(const std::string& vkey, std::uint64_t size,
                                       std::string& reason) const {
    if (!newest_) {
        reason = fmt::format("The newest checkpoint that it has signed can't be read: {}.", newest_error_);
        return 0;
    }
    if (!is_signed_by(newest_->note, vkey)) {
        reason = "What is there as the newest checkpoint that it has signed is not signed by it.";
        return 0;
    }
    const std::uint64_t end = newest_->checkpoint.size;
    if (end > size)
        reason = fmt::format("It has signed {} entries, and the log has {}: its end was cut off.", end, size);
    else if (!newest_->is_good)
        reason = fmt::format(
            "The log's first {} entries are not those that it has signed: they were altered, and signed anew "
            "with the key file.",
            end);
    return reason.empty() ? end : 0;
}

void SigningCheck::judge(const std::map<std::uint64_t, SigningChange>& changes, std::uint64_t size,
                         const crypto::NoteKey& own, const std::string& trusted,
                         const std::function<void(const std::filesystem::path&, std::string)>& fault) {
    stretches_ = {SignedStretch{}};
    std::string key;  // that signs beside the log's own, or would if it answered
    bool is_trusted = trusted.empty();
    const auto begin = [&](std::uint64_t entry, const SigningChange& change) {
        stretches_.back().end = entry;
        stretches_.push_back({entry, size, change.state, is_in_hardware(change.state) ? key : "", change.at});
        if (stretches_[stretches_.size() - 2].first == entry) stretches_.erase(stretches_.end() - 2);
    };
    for (const auto& [entry, change] : changes) {
        const bool is_same = !key.empty() && change.key == signing_key_digest(key);
        if (change.state == SigningState::away || (is_in_hardware(change.state) && is_same)) {
            if (!is_same)
                fault({}, fmt::format("Entry {} speaks of a signing key that did not sign before.", entry));
            begin(entry, change);
            continue;
        }
        const std::string* const named = is_in_hardware(change.state) ? vkey_of(change.key) : nullptr;
        const std::string next = named != nullptr ? *named : "";
        if (is_in_hardware(change.state) && next.empty()) {
            fault(files_.proof(entry),
                  fmt::format("From entry {} on a {} signs, and its public key is missing.", entry,
                              to_string(kind_of(change.state))));
        } else if (const std::string reason = fault_of_change(entry, key, next, own); !reason.empty()) {
            fault(files_.proof(entry), fmt::format("At entry {} the signing key changed ({}). {}", entry,
                                                   to_string(kind_of(change.state)), reason));
            leave_unsigned(key, 0);
        }
        key = next;
        is_trusted = is_trusted || key == trusted;
        begin(entry, change);
    }
    stretches_.back().end = size;
    if (!is_trusted)
        fault({},
              "No entry says that the key which you trust signs it: it was rewritten without that key, or "
              "is another log.");
    // Where this user may read it.
    if (const auto chosen = read_signing_key(layout_); chosen && chosen->vkey != key)
        fault(layout_.signing_key(),
              "It names a key in a token or TPM of which the log does not speak: what was "
              "said of that key was taken out of it, or the file is another store's.");
    if (key.empty()) return;
    std::string reason;
    const std::uint64_t end = signed_end(key, size, reason);
    if (!reason.empty()) fault(files_.checkpoint(), fmt::format("The signature of {}: {}", key, reason));
    leave_unsigned(key, end);
}

// What the key has not signed yet, or never will.
void SigningCheck::leave_unsigned(const std::string& key, std::uint64_t signed_end) {
    std::vector<SignedStretch> all;
    for (const SignedStretch& stretch : stretches_) {
        if (stretch.vkey.empty() || stretch.vkey != key || stretch.end <= signed_end) {
            all.push_back(stretch);
            continue;
        }
        SignedStretch rest = stretch;
        rest.vkey.clear();
        rest.first = std::max(stretch.first, signed_end);
        if (rest.first > stretch.first) {
            all.push_back(stretch);
            all.back().end = rest.first;
        }
        all.push_back(rest);
    }
    stretches_ = std::move(all);
}

}  // namespace vedette::vault
