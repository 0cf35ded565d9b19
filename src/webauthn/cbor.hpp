#pragma once
// The part of CBOR (RFC 8949) that CTAP2's canonical form allows: definite lengths, no tags, little depth.
// Items are read one after the other; nothing is allocated, whatever lengths the bytes claim.

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

namespace vedette::webauthn {

/// How deep items may lie in one another. CTAP2 allows 4.
constexpr unsigned max_cbor_depth = 4;

/// After something that is not as it is asked for the reader is `failed()`, and every further read gives
/// nothing: read all, then check once.
class CborReader {
  public:
    explicit CborReader(ByteView bytes) : bytes_(bytes), reader_(bytes) {}

    /// A whole number between -2^63 and 2^63 - 1.
    std::int64_t integer();
    ByteView byte_string();
    /// Its UTF-8 is not checked.
    std::string_view text();
    /// The number of pairs, which follow.
    std::size_t map();
    /// Any one item with all that is in it; returns its bytes.
    ByteView item();

    bool next_is_integer() const { return is_next(0) || is_next(1); }
    bool next_is_byte_string() const { return is_next(2); }

    bool failed() const { return failed_ || reader_.failed(); }
    bool at_end() const { return reader_.at_end(); }
    std::size_t offset() const { return reader_.offset(); }

  private:
    struct Head {
        unsigned major = 0;
        std::uint64_t value = 0;
    };
    Head head();
    ByteView string(unsigned major);
    void skip(unsigned depth);
    bool is_next(unsigned major) const;

    ByteView bytes_;
    ByteReader reader_;
    bool failed_ = false;
};

}  // namespace vedette::webauthn
