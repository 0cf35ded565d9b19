#include "media/signing_sei.hpp"

#include <algorithm>

#include "media/h264.hpp"
#include "media/h265.hpp"
#include "media/rbsp.hpp"

namespace vedette::media {

namespace {

constexpr std::uint8_t user_data_unregistered = 5;
constexpr std::byte stop_byte{0x80};
constexpr std::size_t reserved_bytes = 1;
constexpr std::size_t hash_bytes = std::tuple_size_v<SigningHash>;

/// Numbers of fields.
namespace onvif_tag {
constexpr std::uint8_t general = 1;
constexpr std::uint8_t hash_list = 2;
constexpr std::uint8_t signature = 3;
constexpr std::uint8_t crypto_info = 4;
constexpr std::uint8_t certificates = 6;
}  // namespace onvif_tag
namespace axis_tag {
constexpr std::uint8_t general = 1;
constexpr std::uint8_t public_key = 2;
constexpr std::uint8_t product_info = 3;
constexpr std::uint8_t hash_list = 4;
constexpr std::uint8_t signature = 5;
constexpr std::uint8_t arbitrary_data = 6;
constexpr std::uint8_t crypto_info = 7;
constexpr std::uint8_t vendor_axis = 129;
}  // namespace axis_tag

/// id-sha256, 2.16.840.1.101.3.4.2.1, in DER.
constexpr std::array<std::uint8_t, 11> sha256_oid{0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                                  0x65, 0x03, 0x04, 0x02, 0x01};

bool is_h264(Codec codec) {
    return codec == Codec::h264;
}

std::size_t nal_header_bytes(Codec codec) {
    return is_h264(codec) ? 1 : hevc_nal_header_bytes;
}

bool is_sei(Codec codec, ByteView nal) {
    if (is_h264(codec)) return nal_type(nal) == NalType::sei;
    if (codec != Codec::h265 || nal.size() < hevc_nal_header_bytes) return false;
    const HevcNalType type = hevc_nal_type(nal[0]);
    return type == HevcNalType::prefix_sei || type == HevcNalType::suffix_sei;
}

/// Where the payload of the SEI's first message lies.
struct Message {
    std::size_t at = 0;    ///< of the UUID
    std::size_t size = 0;  ///< without emulation prevention
};

std::optional<Message> first_message(Codec codec, ByteView nal) {
    if (!is_sei(codec, nal)) return std::nullopt;
    ByteReader in(nal);
    in.skip(nal_header_bytes(codec));
    if (in.u8() != user_data_unregistered) return std::nullopt;
    Message message;
    std::uint8_t part = 0;
    do {
        part = in.u8();
        message.size += part;
    } while (part == 0xFF && !in.failed());
    if (in.failed()) return std::nullopt;
    message.at = in.offset();
    return message;
}

bool is_uuid(ByteView bytes, const SigningUuid& uuid) {
    return std::ranges::equal(bytes, std::as_bytes(std::span(uuid)));
}

// How many bytes of `nal`, which holds emulation prevention bytes, give `count` bytes without them. One that
// follows the last of these bytes is not counted: what is signed ends before it.
std::size_t escaped_size(ByteView nal, std::size_t count) {
    unsigned zeros = 0;
    for (std::size_t i = 0; i < nal.size(); ++i) {
        if (count == 0) return i;
        if (zeros >= 2 && nal[i] == std::byte{3}) {
            zeros = 0;
            continue;
        }
        zeros = nal[i] == std::byte{0} ? zeros + 1 : 0;
        --count;
    }
    return nal.size();
}

SigningHash read_hash(ByteReader& in) {
    SigningHash hash{};
    in.copy_to(hash);
    return hash;
}

Result<> read_general(SigningSei& sei, ByteView value) {
    ByteReader in(value);
    SignedGroup group;
    const std::uint8_t version = in.u8();
    if (sei.scheme == SigningScheme::onvif) {
        in.skip(3);  // version of the signing software
        group.partial = in.u8() != 0;
        in.skip(version >= 2 ? 16 : 8);  // times
        group.counter = in.u32();
        group.units = in.u16();
        group.has_hashes = true;
    } else {
        group.counter = in.u32();
        group.units = in.u16();
        in.skip(3);
        const std::uint8_t flags = version >= 2 ? in.u8() : 0;
        if ((flags & 1) != 0) in.skip(version >= 4 ? 16 : 8);  // times
        group.partial = (flags & 2) != 0;
        group.has_hashes = version >= 3;
    }
    const std::uint8_t newest = sei.scheme == SigningScheme::onvif ? 2 : 4;
    if (version < 1 || version > newest)
        return fail(ErrorKind::unsupported, "a signature of a newer version, {}", version);
    if (group.has_hashes && in.remaining() == 2 * hash_bytes) {
        const SigningHash first = read_hash(in);
        const SigningHash second = read_hash(in);
        group.group = sei.scheme == SigningScheme::onvif ? first : second;
        group.linked = sei.scheme == SigningScheme::onvif ? second : first;
    } else if (group.has_hashes) {
        sei.foreign_hash = true;  // of another length
        in.rest();
    }
    VEDETTE_CHECK(in.check("the signature's general field"));
    if (!in.at_end()) return fail(ErrorKind::corrupt, "the signature's general field is too long");
    sei.group = group;
    return {};
}

Result<> read_hash_list(SigningSei& sei, ByteView value) {
    ByteReader in(value);
    if (in.u8() != 1) return fail(ErrorKind::unsupported, "a signature's list of a newer version");
    if (in.remaining() % hash_bytes != 0) {
        sei.foreign_hash = true;
        return {};
    }
    sei.hashes.clear();
    sei.hashes.reserve(in.remaining() / hash_bytes);
    while (!in.at_end()) sei.hashes.push_back(read_hash(in));
    return in.check("the signature's list");
}

Result<> read_signature(SigningSei& sei, ByteView value) {
    ByteReader in(value);
    const std::uint8_t version = in.u8();
    if (sei.scheme == SigningScheme::axis) in.skip(version < 2 ? 2 : 1);  // how the signing went
    const ByteView signature = in.take(in.u16());
    if (in.failed() || signature.empty()) return fail(ErrorKind::corrupt, "a signature ends too early");
    sei.signature.assign(signature.begin(), signature.end());
    return {};
}

Result<> read_crypto_info(SigningSei& sei, ByteView value) {
    ByteReader in(value);
    in.skip(1);
    const ByteView oid = in.take(in.u8());
    VEDETTE_CHECK(in.check("the signature's algorithm"));
    const ByteView known = std::as_bytes(std::span(sha256_oid));
    if (!std::ranges::equal(oid, known) && !std::ranges::equal(oid, known.subspan(2)))
        sei.foreign_hash = true;
    return {};
}

Result<> read_key(SigningSei& sei, ByteView value) {
    ByteReader in(value);
    const std::uint8_t version = in.u8();
    // ONVIF: whether a user brought the key; Axis before version 2: the algorithm.
    if (sei.scheme == SigningScheme::onvif || version < 2) in.skip(1);
    VEDETTE_CHECK(in.check("the signature's key"));
    sei.key_pem = std::string(as_text(in.rest()));
    return {};
}

Result<> read_field(SigningSei& sei, std::uint8_t tag, ByteView value) {
    if (sei.scheme == SigningScheme::onvif) {
        switch (tag) {
            case onvif_tag::general:
                return read_general(sei, value);
            case onvif_tag::hash_list:
                return read_hash_list(sei, value);
            case onvif_tag::crypto_info:
                return read_crypto_info(sei, value);
            case onvif_tag::certificates:
                return read_key(sei, value);
            default:
                return {};
        }
    }
    switch (tag) {
        case axis_tag::general:
            return read_general(sei, value);
        case axis_tag::hash_list:
            return read_hash_list(sei, value);
        case axis_tag::crypto_info:
            return read_crypto_info(sei, value);
        case axis_tag::public_key:
            return read_key(sei, value);
        case axis_tag::product_info:
        case axis_tag::arbitrary_data:
        case axis_tag::vendor_axis:
            return {};
        default:  // it is not known how long its length is
            return fail(ErrorKind::corrupt, "a signature with an unknown field, {}", tag);
    }
}

bool has_short_length(SigningScheme scheme, std::uint8_t tag) {
    return scheme == SigningScheme::axis && (tag == axis_tag::general || tag == axis_tag::crypto_info);
}

// The fields of `tlv`; gives where the signature's field begins, or the end.
Result<std::size_t> read_fields(SigningSei& sei, ByteView tlv) {
    const std::uint8_t signature_tag =
        sei.scheme == SigningScheme::onvif ? onvif_tag::signature : axis_tag::signature;
    ByteReader in(tlv);
    while (!in.at_end()) {
        const std::size_t at = in.offset();
        const std::uint8_t tag = in.u8();
        const std::size_t size = has_short_length(sei.scheme, tag) ? in.u8() : in.u16();
        const ByteView value = in.take(size);
        VEDETTE_CHECK(in.check("a signature's field"));
        if (tag == signature_tag) {  // nothing behind it is signed
            VEDETTE_CHECK(read_signature(sei, value));
            return at;
        }
        VEDETTE_CHECK(read_field(sei, tag, value));
    }
    return tlv.size();
}

}  // namespace

ByteView without_trailing_zeros(ByteView nal) {
    while (!nal.empty() && nal.back() == std::byte{0}) nal = nal.first(nal.size() - 1);
    return nal;
}

std::optional<SigningScheme> signing_scheme(Codec codec, ByteView nal) {
    const auto message = first_message(codec, nal);
    if (!message || nal.size() - message->at < onvif_signing_uuid.size()) return std::nullopt;
    const ByteView uuid = nal.subspan(message->at, onvif_signing_uuid.size());
    if (is_uuid(uuid, onvif_signing_uuid)) return SigningScheme::onvif;
    if (is_uuid(uuid, axis_signing_uuid)) return SigningScheme::axis;
    return std::nullopt;
}

Result<SigningSei> parse_signing_sei(Codec codec, ByteView nal) {
    const auto scheme = signing_scheme(codec, nal);
    if (!scheme) return fail(ErrorKind::invalid_input, "this is no signature");
    nal = without_trailing_zeros(nal);
    const Message message = first_message(codec, nal).value_or(Message{});
    constexpr std::size_t before_fields = onvif_signing_uuid.size() + reserved_bytes;
    if (nal.size() > max_signing_sei_bytes || message.size < before_fields || message.at == 0 ||
        nal.size() - message.at < message.size)
        return fail(ErrorKind::corrupt, "a signature of an impossible length");

    // Cameras may leave emulation prevention out of it. The payload's size, which does not count it, tells.
    const std::size_t stop = nal.back() == stop_byte ? 1 : 0;
    const std::size_t stored = nal.size() - message.at - stop;
    const bool escaped = stored > message.size;
    const Bytes unescaped = escaped ? unescape_rbsp(nal) : Bytes{};
    const ByteView plain = escaped ? ByteView(unescaped) : nal;
    if (plain.size() < message.at + message.size)
        return fail(ErrorKind::corrupt, "a signature ends too early");

    SigningSei sei{
        .scheme = *scheme, .group = {}, .hashes = {}, .key_pem = {}, .signature = {}, .hashed = {}};
    const auto flags = std::to_integer<std::uint8_t>(plain[message.at + onvif_signing_uuid.size()]);
    const std::size_t fields_at = message.at + before_fields;
    VEDETTE_TRY(const std::size_t signature_at,
                read_fields(sei, plain.subspan(fields_at, message.size - before_fields)));
    // An unsigned one is hashed whole; a signed one up to its signature, escaped where the flag says so.
    const std::uint8_t hashed_escaped = *scheme == SigningScheme::onvif ? 0x40 : 0x80;
    const std::size_t end = fields_at + signature_at;
    ByteView hashed = nal;
    if (escaped && (flags & hashed_escaped) == 0)
        hashed = sei.signature.empty() ? plain.first(std::min(plain.size(), end + 1)) : plain.first(end);
    else if (!sei.signature.empty())
        hashed = nal.first(escaped ? escaped_size(nal, end) : end);
    sei.hashed.assign(hashed.begin(), hashed.end());
    return sei;
}

SignedUnit signed_unit(Codec codec, ByteView nal) {
    const std::size_t header = nal_header_bytes(codec);
    if (nal.size() <= header) return SignedUnit::none;
    const bool first = (nal[header] & std::byte{0x80}) != std::byte{0};
    if (is_h264(codec)) {
        const auto type = static_cast<std::uint8_t>(nal_type(nal));
        if (type == static_cast<std::uint8_t>(NalType::slice_idr))
            return first ? SignedUnit::first_slice : SignedUnit::slice;
        if (type == static_cast<std::uint8_t>(NalType::slice)) return SignedUnit::slice;
        return type >= 2 && type <= 4 ? SignedUnit::uncovered : SignedUnit::none;
    }
    if (codec != Codec::h265) return SignedUnit::none;
    const HevcNalType type = hevc_nal_type(nal[0]);
    if (type >= HevcNalType::bla_w_lp && type <= HevcNalType::cra)
        return first ? SignedUnit::first_slice : SignedUnit::slice;
    if (static_cast<std::uint8_t>(type) <= 1) return SignedUnit::slice;
    return is_slice(type) ? SignedUnit::uncovered : SignedUnit::none;
}

}  // namespace vedette::media
