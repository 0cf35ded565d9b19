// The organisation key: which one counts, what is derived below it, and how another one takes its place.

#include "crypto/digest.hpp"
#include "crypto/kdf.hpp"
#include "crypto/key_wrap.hpp"
#include "gateway/vault/keys.hpp"
#include "keystore/provider.hpp"

namespace vedette::vault {

namespace {

Secret derived(const Secret& key, std::string_view purpose) {
    ByteWriter info;
    info.text("vedette derived key v1").u8(0).text(purpose);
    return crypto::hkdf_expand_sha512(key.reveal(), info.view(), 32);
}

}  // namespace

Result<> KeyStore::open_organisation_key(ByteView in_database, ByteView signing_key_wrapped) {
    if (!organisation_key_.empty()) return {};  // no recorder runs while it is changed
    const ByteView wrapped =
        organisation_key_wrapped_.empty() ? in_database : ByteView(organisation_key_wrapped_);
    for (const ByteView one : {wrapped, ByteView(next_organisation_key_wrapped_)}) {
        auto key = crypto::unwrap_key_for(root_, as_bytes(organisation_key_purpose), one);
        if (!key || !crypto::unwrap_key_for(*key, as_bytes(signing_key_purpose), signing_key_wrapped))
            continue;
        organisation_key_ = std::move(*key);
        return {};
    }
    return fail(ErrorKind::corrupt, "{}", does_not_fit());
}

// After a crash while it was changed both keys are there, and keys.db has said which one counts.
Result<> KeyStore::settle_organisation_key(keystore::SlotTable& table,
                                           const keystore::Environment& environment) {
    if (table.next_organisation_key_wrapped.empty()) return {};
    table.organisation_key_wrapped =
        crypto::wrap_key_for(root_, as_bytes(organisation_key_purpose), organisation_key_.reveal());
    table.next_organisation_key_wrapped.clear();
    return environment.folder.write_slots(table);
}

Result<> KeyStore::load_derivation() {
    derivation_key_ = Secret();
    replaced_derivation_keys_.clear();
    VEDETTE_TRY(const auto is_there,
                database_.query_int64("SELECT 1 FROM sqlite_schema WHERE name = 'derivation_key'"));
    if (!is_there) return {};
    VEDETTE_TRY(store::Statement row,
                database_.prepare("SELECT wrapped FROM derivation_key ORDER BY generation DESC"));
    for (;;) {
        VEDETTE_TRY(const bool found, row.step());
        if (!found) return {};
        auto key = crypto::unwrap_key_for(organisation_key_, as_bytes(derivation_key_purpose), row.blob(0));
        if (!key) return fail(ErrorKind::corrupt, "{}", does_not_fit());
        if (derivation_key_.empty())
            derivation_key_ = std::move(*key);
        else
            replaced_derivation_keys_.push_back(std::move(*key));
    }
}

Secret KeyStore::derive(std::string_view purpose) const {
    return derived(derivation_key_.empty() ? organisation_key_ : derivation_key_, purpose);
}

std::vector<Secret> KeyStore::derive_replaced(std::string_view purpose) const {
    std::vector<Secret> keys;
    keys.reserve(replaced_derivation_keys_.size());
    for (const Secret& replaced : replaced_derivation_keys_) keys.push_back(derived(replaced, purpose));
    return keys;
}

Result<> KeyStore::change_organisation_key(const Secret& next, UtcTime now) {
    const std::lock_guard lock(mutex_);
    const auto wrapped = [&](const Secret& key) {
        return crypto::wrap_key_for(next, as_bytes(derivation_key_purpose), key.reveal());
    };
    const auto within = [&]() -> Result<> {
        VEDETTE_CHECK(database_.run(
            "UPDATE identity SET signing_key_wrapped = ?",
            crypto::wrap_key_for(next, as_bytes(signing_key_purpose), signer_->seed().reveal())));
        // Those of before stay: nobody may have opened with them yet what is to be wrapped anew.
        if (derivation_key_.empty())
            VEDETTE_CHECK(
                database_.run("INSERT INTO derivation_key VALUES (0, ?, 0)", wrapped(organisation_key_)));
        auto generation = static_cast<std::int64_t>(replaced_derivation_keys_.size());
        const std::int64_t next_generation = generation + 1;
        const auto wrap_anew = [&](const Secret& key) {
            return database_.run("UPDATE derivation_key SET wrapped = ? WHERE generation = ?", wrapped(key),
                                 generation--);
        };
        if (!derivation_key_.empty()) VEDETTE_CHECK(wrap_anew(derivation_key_));
        for (const Secret& replaced : replaced_derivation_keys_) VEDETTE_CHECK(wrap_anew(replaced));
        return database_.run("INSERT INTO derivation_key VALUES (?, ?, ?)", next_generation,
                             wrapped(crypto::random_secret(keystore::key_size)), ticks(now));
    };
    VEDETTE_CHECK(renew_epoch(next, within));
    organisation_key_ = next.duplicate();
    return load_derivation();
}

}  // namespace vedette::vault
