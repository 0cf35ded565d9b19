#include "webauthn/cbor.hpp"

namespace vedette::webauthn {

namespace {

// Major types (RFC 8949 section 3.1).
enum : unsigned {
    unsigned_number,
    negative_number,
    bytes_type,
    text_type,
    array_type,
    map_type,
    tag,
    simple
};

}  // namespace

CborReader::Head CborReader::head() {
    const std::uint8_t first = reader_.u8();
    Head head{.major = static_cast<unsigned>(first >> 5), .value = first & 31U};
    switch (head.value) {
        case 24:
            head.value = reader_.u8();
            break;
        case 25:
            head.value = reader_.u16();
            break;
        case 26:
            head.value = reader_.u32();
            break;
        case 27:
            head.value = reader_.u64();
            break;
        case 28:
        case 29:
        case 30:
        case 31:  // lengths that are not known, and what is reserved
            failed_ = true;
            break;
        default:
            break;
    }
    return failed() ? Head() : head;
}

bool CborReader::is_next(unsigned major) const {
    return !failed() && !at_end() && std::to_integer<unsigned>(bytes_[offset()]) >> 5 == major;
}

std::int64_t CborReader::integer() {
    const Head number = head();
    if (number.major > negative_number || number.value > INT64_MAX) failed_ = true;
    if (failed()) return 0;
    const auto value = static_cast<std::int64_t>(number.value);
    return number.major == unsigned_number ? value : -1 - value;
}

ByteView CborReader::string(unsigned major) {
    const Head length = head();
    if (length.major != major || length.value > reader_.remaining()) failed_ = true;
    return failed() ? ByteView() : reader_.take(static_cast<std::size_t>(length.value));
}

ByteView CborReader::byte_string() {
    return string(bytes_type);
}

std::string_view CborReader::text() {
    return as_text(string(text_type));
}

std::size_t CborReader::map() {
    const Head pairs = head();
    if (pairs.major != map_type || pairs.value > reader_.remaining() / 2) failed_ = true;
    return failed() ? 0 : static_cast<std::size_t>(pairs.value);
}

ByteView CborReader::item() {
    const std::size_t start = offset();
    skip(0);
    return failed() ? ByteView() : bytes_.subspan(start, offset() - start);
}

// An item takes a byte at least, so lengths beyond what is left end the loop at once.
void CborReader::skip(unsigned depth) {
    if (depth >= max_cbor_depth) failed_ = true;
    const Head what = head();
    switch (what.major) {
        case bytes_type:
        case text_type:
            if (what.value > reader_.remaining()) failed_ = true;
            if (!failed()) reader_.skip(static_cast<std::size_t>(what.value));
            return;
        case array_type:
        case map_type: {
            const std::uint64_t each = what.major == map_type ? 2 : 1;
            if (what.value > reader_.remaining() / each) failed_ = true;
            for (std::uint64_t i = 0; i < what.value * each && !failed(); ++i) skip(depth + 1);
            return;
        }
        case tag:
            failed_ = true;
            return;
        default:  // numbers, true and false, floating point
            return;
    }
}

}  // namespace vedette::webauthn
