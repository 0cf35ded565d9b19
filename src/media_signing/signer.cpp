#include "media_signing/signer.hpp"

#include <array>
#include <utility>

#include "crypto/certificates_x509.hpp"
#include "crypto/digest.hpp"

namespace vedette::media_signing {

using media::SignedUnit;
using media::SigningScheme;

namespace {

constexpr std::chrono::days identity_lifetime{3650};
constexpr std::array sha256_name{std::byte{0x06}, std::byte{0x09}, std::byte{0x60}, std::byte{0x86},
                                 std::byte{0x48}, std::byte{0x01}, std::byte{0x65}, std::byte{0x03},
                                 std::byte{0x04}, std::byte{0x02}, std::byte{0x01}};

/// Tag, length, value. The Signed Video Framework has lengths of one byte for two of its tags.
void put_field(ByteWriter& out, std::uint8_t tag, ByteView value, bool is_short = false) {
    out.u8(tag);
    if (is_short)
        out.u8(static_cast<std::uint8_t>(value.size()));
    else
        out.u16(static_cast<std::uint16_t>(value.size()));
    out.bytes(value);
}

Bytes hash_list_of(const std::vector<media::SigningHash>& hashes) {
    ByteWriter out;
    out.u8(1);
    for (const auto& hash : hashes) out.bytes(hash);
    return std::move(out).finish();
}

struct GroupFacts {
    std::uint32_t counter = 0;
    const std::vector<media::SigningHash>& hashes;
    const media::SigningHash& group;
    const media::SigningHash& linked;
};

void put_onvif_fields(ByteWriter& out, const GroupFacts& group, const std::string& chain) {
    ByteWriter crypto;
    crypto.u8(1).u8(sha256_name.size()).bytes(sha256_name).u8(0).u16(0);
    put_field(out, 4, crypto.view());
    ByteWriter certificates;
    certificates.u8(1).u8(0).text(chain);
    put_field(out, 6, certificates.view());
    ByteWriter general;
    general.u8(2).u8(25).u8(12).u8(0).u8(0).i64(0).i64(0);
    general.u32(group.counter).u16(static_cast<std::uint16_t>(group.hashes.size()));
    general.bytes(group.group).bytes(group.linked);
    put_field(out, 1, general.view());
    put_field(out, 2, hash_list_of(group.hashes));
}

void put_axis_fields(ByteWriter& out, const GroupFacts& group, const std::string& public_key) {
    ByteWriter key;
    key.u8(2).text(public_key);
    put_field(out, 2, key.view());
    ByteWriter crypto;
    crypto.u8(1).u8(sha256_name.size()).bytes(sha256_name);
    put_field(out, 7, crypto.view(), true);
    ByteWriter general;
    general.u8(4).u32(group.counter).u16(static_cast<std::uint16_t>(group.hashes.size()));
    general.u8(2).u8(3).u8(0).u8(0).bytes(group.linked).bytes(group.group);
    put_field(out, 1, general.view(), true);
    put_field(out, 4, hash_list_of(group.hashes));
}

}  // namespace

Result<SigningIdentity> make_signing_identity(SigningScheme scheme, UtcTime now) {
    if (scheme == SigningScheme::axis) {
        crypto::DigestSigner key = crypto::DigestSigner::make();
        std::string pem = key.public_key_pem();
        return SigningIdentity{std::move(key), std::move(pem)};
    }
    VEDETTE_TRY(const auto authority,
                crypto::make_authority("Simulated camera maker", now, identity_lifetime));
    VEDETTE_TRY(const auto leaf,
                crypto::make_server_certificate(authority, {"camera.invalid"}, now, identity_lifetime));
    VEDETTE_TRY(crypto::DigestSigner key, crypto::DigestSigner::from_pem(leaf.key_pem.reveal()));
    return SigningIdentity{std::move(key), leaf.certificate_pem + authority.certificate_pem};
}

std::optional<Bytes> Signer::picture(std::span<const ByteView> units) {
    std::optional<Bytes> sei = std::exchange(due_, std::nullopt);
    for (const ByteView unit : units) {
        const SignedUnit kind = media::signed_unit(codec_, unit);
        if (kind != SignedUnit::slice && kind != SignedUnit::first_slice) continue;
        if (kind == SignedUnit::first_slice && !hashes_.empty()) due_ = make_sei();
        media::SigningHash hash = crypto::sha256(media::without_trailing_zeros(unit));
        if (kind == SignedUnit::first_slice) {
            reference_ = hash;
        } else {
            crypto::Sha256 both;
            both.update(reference_);
            both.update(hash);
            hash = both.finish();
        }
        if (hashes_.size() < media::max_signed_hashes) hashes_.push_back(hash);
    }
    return sei;
}

// Without emulation prevention, as its specification allows and cameras do.
Bytes Signer::make_sei() {
    crypto::Sha256 all;
    if (scheme_ == SigningScheme::axis) all.update(std::array{std::byte{1}});
    for (const auto& hash : hashes_) all.update(hash);
    const media::SigningHash group = all.finish();
    ByteWriter fields;
    const bool is_onvif = scheme_ == SigningScheme::onvif;
    const GroupFacts facts{.counter = ++counter_, .hashes = hashes_, .group = group, .linked = linked_};
    is_onvif ? put_onvif_fields(fields, facts, identity_.pem) : put_axis_fields(fields, facts, identity_.pem);
    linked_ = hashes_.front();
    hashes_.clear();

    const std::size_t most = identity_.key.max_signature_bytes();
    const std::size_t signature_field = 3 + (is_onvif ? 3 : 4) + most;
    const std::size_t payload = media::onvif_signing_uuid.size() + 1 + fields.size() + signature_field;
    ByteWriter sei;
    codec_ == media::Codec::h264 ? sei.u8(0x06) : sei.u16(0x4E01);
    sei.u8(5);
    for (std::size_t left = payload;; left -= 0xFF) {
        sei.u8(static_cast<std::uint8_t>(std::min<std::size_t>(left, 0xFF)));
        if (left < 0xFF) break;
    }
    sei.bytes(std::as_bytes(std::span(is_onvif ? media::onvif_signing_uuid : media::axis_signing_uuid)));
    sei.u8(is_onvif ? 0 : 0x30).bytes(fields.view());
    const auto padding = is_onvif ? crypto::RsaPadding::pss : crypto::RsaPadding::pkcs1;
    Bytes signature = identity_.key.sign(crypto::sha256(sei.view()), padding);
    const auto size = static_cast<std::uint16_t>(signature.size());
    signature.resize(most, std::byte{1});
    ByteWriter value;
    value.u8(is_onvif ? 1 : 2);
    if (!is_onvif) value.u8(1);
    value.u16(size).bytes(signature);
    put_field(sei, is_onvif ? 3 : 5, value.view());
    sei.u8(0x80);
    return std::move(sei).finish();
}

}  // namespace vedette::media_signing
