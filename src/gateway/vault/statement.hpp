#pragma once
// What the log says about recordings beside the recordings themselves: what a rule deleted, and what is held.
// docs/ref/store-format.md has the fields.

#include "gateway/vault/record.hpp"
#include "gateway/vault/recorder_event.hpp"

namespace vedette::vault {

/// A rule deleted whole segments of one stream and one UTC day: all records with a sequence in
/// [first_sequence, end_sequence).
struct Expiry {
    StreamKey stream;
    std::uint64_t first_sequence = 0;
    std::uint64_t end_sequence = 0;
    std::int32_t day = 0;
    UtcInterval interval;  ///< from the first fragment's start to the last one's end; empty without any
    DeletionRule rule = DeletionRule::keep_days;
    std::uint64_t value = 0;
    UtcTime deleted_at;
    std::uint32_t fragments = 0;
    std::uint32_t files = 0;
    std::uint64_t bytes = 0;

    RecordHeader header(OrganisationId organisation) const;
    /// Of a header of type expiry.
    static Expiry of(const RecordHeader& header);
    friend bool operator==(const Expiry&, const Expiry&) = default;
};

/// All records of the stream with a lower sequence were deleted, with their camera.
RecordHeader deletion_header(StreamKey stream, std::uint64_t before_sequence, OrganisationId organisation,
                             UtcTime at);
/// What signs the log beside its own key, which always does. The numbers are stored; the first three are
/// keystore::SignerKind's.
enum class SigningState : std::uint8_t {
    own_key = 1,  ///< nothing: the log's own key alone
    pkcs11 = 2,
    tpm2 = 3,
    away = 4,  ///< nothing for now: the token or TPM does not answer
};
/// Whether a key beside the log's own signs.
constexpr bool is_in_hardware(SigningState state) {
    return state == SigningState::pkcs11 || state == SigningState::tpm2;
}

/// From its entry on another key signs beside the log's own, or none.
struct SigningChange {
    SigningState state = SigningState::own_key;
    crypto::Sha256Digest key{};  ///< SHA-256 of the key's vkey; zeros with own_key
    UtcTime at;

    RecordHeader header(OrganisationId organisation) const;
    /// Of a header of type signing_key.
    static SigningChange of(const RecordHeader& header);
};

/// Starts of the recorder and steps of its clock: of the store as a whole.
RecordHeader event_header(const RecorderEvent& event, OrganisationId organisation);
/// Of a header of type start or clock_step.
RecorderEvent event_of(const RecordHeader& header);

/// A hold as the log has it: reason and who as a digest alone.
RecordHeader hold_header(const RecordingHold& hold, OrganisationId organisation);
RecordHeader hold_lifted_header(const RecordingHold& hold, OrganisationId organisation, UtcTime at);
/// Of a header of type hold; without reason and who.
RecordingHold hold_of(const RecordHeader& header);

}  // namespace vedette::vault
