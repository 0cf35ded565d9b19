#include "rtsp/mikey.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "crypto/digest.hpp"

namespace vedette::rtsp {

namespace {

using crypto::SrtpSuite;

// Payload types (section 6.1, table 6.1.b).
enum class Payload : std::uint8_t {
    last = 0,
    kemac = 1,
    timestamp = 5,
    id = 6,
    certificate = 7,
    policy = 10,
    random = 11,
    key_data = 20,
    extension = 21,
};

// SRTP policy parameters (section 6.10.1; RFC 7714 section 14.3).
enum class Parameter : std::uint8_t {
    encryption = 0,
    encryption_key_bytes = 1,
    authentication = 2,
    authentication_key_bytes = 3,
    derivation_rate = 6,
    srtp_encrypted = 7,
    srtcp_encrypted = 8,
    srtp_authenticated = 10,
    tag_bytes = 11,
    prefix_bytes = 12,
    aead_tag_bytes = 20,
};

constexpr std::uint8_t version = 1;
constexpr std::uint8_t psk_initiator = 0;
constexpr std::uint8_t map_of_srtp = 0;
constexpr std::uint8_t protocol_srtp = 0;
constexpr std::uint8_t aes_cm = 1;
constexpr std::uint8_t aes_gcm = 6;
constexpr std::uint8_t hmac_sha1 = 1;
constexpr std::uint8_t key_tek = 2;  // of a key data payload (section 6.13): the SRTP master key itself
constexpr std::uint8_t key_tek_and_salt = 3;
constexpr std::size_t random_bytes_sent = 16;

const std::unexpected<Error> cut =
    fail(ErrorKind::corrupt, "the camera's key message (MIKEY) ends too early");

std::unexpected<Error> refused(std::string_view why) {
    return fail(ErrorKind::unsupported, "the camera's key message (MIKEY) {}", why);
}

/// What a policy says, with the defaults of section 6.10.1.
struct Policy {
    std::uint32_t encryption = aes_cm;
    std::uint32_t encryption_key_bytes = 16;
    std::uint32_t authentication = hmac_sha1;
    std::uint32_t authentication_key_bytes = 20;
    std::uint32_t derivation_rate = 0;
    std::uint32_t srtp_encrypted = 1;
    std::uint32_t srtcp_encrypted = 1;
    std::uint32_t srtp_authenticated = 1;
    std::optional<std::uint32_t> tag_bytes;
    std::uint32_t prefix_bytes = 0;

    void set(Parameter parameter, std::uint32_t value) {
        switch (parameter) {
            case Parameter::encryption:
                encryption = value;
                break;
            case Parameter::encryption_key_bytes:
                encryption_key_bytes = value;
                break;
            case Parameter::authentication:
                authentication = value;
                break;
            case Parameter::authentication_key_bytes:
                authentication_key_bytes = value;
                break;
            case Parameter::derivation_rate:
                derivation_rate = value;
                break;
            case Parameter::srtp_encrypted:
                srtp_encrypted = value;
                break;
            case Parameter::srtcp_encrypted:
                srtcp_encrypted = value;
                break;
            case Parameter::srtp_authenticated:
                srtp_authenticated = value;
                break;
            case Parameter::tag_bytes:
                tag_bytes = value;
                break;
            case Parameter::prefix_bytes:
                prefix_bytes = value;
                break;
            case Parameter::aead_tag_bytes:
                break;  // RFC 7714 leaves one length
        }
    }
    Result<SrtpSuite> suite() const {
        if (srtp_encrypted == 0 || srtcp_encrypted == 0 || encryption == 0)
            return refused("asks for SRTP without encryption");
        if (derivation_rate != 0 || prefix_bytes != 0)
            return refused("asks for SRTP in a way that is not known");
        const bool longer = encryption_key_bytes == 32;
        if (!longer && encryption_key_bytes != 16) return refused("has a cipher key of another length");
        if (encryption == aes_gcm) return longer ? SrtpSuite::aead_aes_256_gcm : SrtpSuite::aead_aes_128_gcm;
        if (encryption != aes_cm) return refused("asks for a cipher that is not known");
        if (srtp_authenticated == 0 || authentication != hmac_sha1)
            return refused("asks for SRTP without authentication");
        // Some write the tag's length in the place of the key's.
        const bool names_tag = authentication_key_bytes == 4 || authentication_key_bytes == 10;
        const std::uint32_t tag = tag_bytes.value_or(names_tag ? authentication_key_bytes : 10);
        if (tag == 10)
            return longer ? SrtpSuite::aes_256_cm_hmac_sha1_80 : SrtpSuite::aes_cm_128_hmac_sha1_80;
        if (tag == 4) return longer ? SrtpSuite::aes_256_cm_hmac_sha1_32 : SrtpSuite::aes_cm_128_hmac_sha1_32;
        return refused("has an authentication tag of another length");
    }
};

Result<Policy> read_policy(ByteView bytes) {
    Policy policy;
    ByteReader reader(bytes);
    while (!reader.at_end() && !reader.failed()) {
        const auto parameter = static_cast<Parameter>(reader.u8());
        std::uint32_t value = 0;
        for (const std::byte b : reader.take(reader.u8()))
            value = value << 8 | std::to_integer<std::uint32_t>(b);
        if (!reader.failed()) policy.set(parameter, value);
    }
    if (reader.failed()) return cut;
    return policy;
}

struct KeyData {
    std::uint8_t type = 0;
    ByteView key;
    ByteView salt;
    ByteView spi;
};

KeyData read_key_data(ByteReader& reader) {
    KeyData data;
    const std::uint8_t types = reader.u8();
    data.type = types >> 4;
    data.key = reader.take(reader.u16());
    if (data.type == 1 || data.type == key_tek_and_salt) data.salt = reader.take(reader.u16());
    const unsigned validity = types & 0x0F;
    if (validity == 1) data.spi = reader.take(reader.u8());
    if (validity == 2)
        for (int i = 0; i < 2; ++i) reader.skip(reader.u8());
    return data;
}

/// The payloads behind the header, each with its own beginning cut off.
class Reader {
  public:
    explicit Reader(ByteReader reader) : reader_(reader) {}

    Result<MikeyMessage> read(MikeyMessage message, std::uint8_t next) {
        for (std::size_t count = 0; static_cast<Payload>(next) != Payload::last; ++count) {
            if (count == max_mikey_payloads)
                return fail(ErrorKind::exhausted,
                            "the camera's key message (MIKEY) has more than {} payloads", max_mikey_payloads);
            const auto payload = static_cast<Payload>(next);
            next = reader_.u8();
            VEDETTE_CHECK(take(payload, message));
            if (reader_.failed()) return cut;
        }
        if (reader_.remaining() > max_mikey_padding)
            return fail(ErrorKind::corrupt, "the camera's key message (MIKEY) has bytes behind its end");
        if (!key_) return refused("holds no key");
        VEDETTE_TRY(const Policy policy, read_policy(policy_));
        VEDETTE_TRY(message.key.suite, policy.suite());
        VEDETTE_CHECK(use_key(message.key));
        message.policy.assign(policy_.begin(), policy_.end());
        return message;
    }

  private:
    Result<> take(Payload payload, const MikeyMessage& message) {
        switch (payload) {
            case Payload::kemac:
                return take_kemac();
            case Payload::timestamp:
                reader_.skip(reader_.u8() == 2 ? 4 : 8);  // a counter, or NTP time
                return {};
            case Payload::random:
                reader_.skip(reader_.u8());
                return {};
            case Payload::id:
            case Payload::certificate:
            case Payload::extension:
                reader_.u8();
                reader_.skip(reader_.u16());
                return {};
            case Payload::policy: {
                const std::uint8_t number = reader_.u8();
                const std::uint8_t protocol = reader_.u8();
                const ByteView parameters = reader_.take(reader_.u16());
                const std::uint8_t wanted = message.sources.empty() ? number : message.sources.front().policy;
                if (protocol == protocol_srtp && number == wanted) policy_ = parameters;
                return {};
            }
            case Payload::last:
            case Payload::key_data:
                break;
        }
        return refused("has a part that is not known");
    }

    Result<> take_kemac() {
        if (reader_.u8() != 0) return refused("holds an encrypted key");
        ByteReader keys(reader_.take(reader_.u16()));
        // What proves the message to those who share a secret; here TLS does.
        if (reader_.u8() == 1) reader_.skip(20);
        auto next = static_cast<std::uint8_t>(Payload::key_data);
        for (std::size_t count = 0; static_cast<Payload>(next) == Payload::key_data; ++count) {
            if (count == max_mikey_payloads || keys.failed()) return cut;
            next = keys.u8();
            const KeyData data = read_key_data(keys);
            if (!key_ && !keys.failed()) key_ = data;
        }
        if (keys.failed()) return cut;
        return {};
    }

    Result<> use_key(crypto::SrtpKey& key) const {
        if (key_->type != key_tek && key_->type != key_tek_and_salt)
            return refused("wants a key to be derived first");
        const std::size_t wanted = crypto::srtp_key_bytes(key.suite) + crypto::srtp_salt_bytes(key.suite);
        if (key_->key.size() + key_->salt.size() != wanted)
            return fail(ErrorKind::corrupt,
                        "the camera's key message (MIKEY) has a key of another length than its suite");
        if (key_->spi.size() > crypto::max_mki_bytes) return cut;
        key.master = Secret(wanted);
        std::ranges::copy(key_->key, key.master.writable().begin());
        std::ranges::copy(key_->salt,
                          key.master.writable().begin() + static_cast<std::ptrdiff_t>(key_->key.size()));
        key.mki.assign(key_->spi.begin(), key_->spi.end());
        return {};
    }

    ByteReader reader_;
    ByteView policy_;
    std::optional<KeyData> key_;
};

}  // namespace

Result<MikeyMessage> parse_mikey(ByteView bytes) {
    if (bytes.size() > max_mikey_bytes)
        return fail(ErrorKind::exhausted, "the camera's key message (MIKEY) is larger than {} bytes",
                    max_mikey_bytes);
    ByteReader reader(bytes);
    if (reader.u8() != version) return refused("has another version than 1");
    if (reader.u8() != psk_initiator) return refused("is of a kind that needs certificates or an exchange");
    const std::uint8_t next = reader.u8();
    reader.u8();  // V flag and PRF: nobody answers, and nothing is derived
    MikeyMessage message{.bundle = reader.u32()};
    const std::size_t sources = reader.u8();
    if (reader.u8() != map_of_srtp) return refused("is not about SRTP");
    if (sources > max_mikey_sources)
        return fail(ErrorKind::exhausted, "the camera's key message (MIKEY) is about more than {} sources",
                    max_mikey_sources);
    for (std::size_t i = 0; i < sources; ++i) {
        MikeySource source;
        source.policy = reader.u8();
        source.ssrc = reader.u32();
        source.rollovers = reader.u32();
        message.sources.push_back(source);
    }
    if (reader.failed()) return cut;
    return Reader(reader).read(std::move(message), next);
}

Bytes mikey_policy(SrtpSuite suite) {
    ByteWriter writer;
    const auto add = [&](Parameter parameter, std::size_t value) {
        writer.u8(static_cast<std::uint8_t>(parameter)).u8(1).u8(static_cast<std::uint8_t>(value));
    };
    const bool is_short =
        suite == SrtpSuite::aes_cm_128_hmac_sha1_32 || suite == SrtpSuite::aes_256_cm_hmac_sha1_32;
    add(Parameter::encryption, crypto::is_aead(suite) ? aes_gcm : aes_cm);
    add(Parameter::encryption_key_bytes, crypto::srtp_key_bytes(suite));
    add(Parameter::authentication, crypto::is_aead(suite) ? 0 : hmac_sha1);
    if (crypto::is_aead(suite)) {
        add(Parameter::aead_tag_bytes, 16);
    } else {
        add(Parameter::authentication_key_bytes, 20);
        add(Parameter::tag_bytes, is_short ? 4 : 10);
    }
    add(Parameter::srtp_encrypted, 1);
    add(Parameter::srtcp_encrypted, 1);
    add(Parameter::srtp_authenticated, 1);
    return std::move(writer).finish();
}

Bytes print_mikey(const MikeyMessage& message, std::uint64_t ntp) {
    const auto type = [](Payload payload) { return static_cast<std::uint8_t>(payload); };
    ByteWriter writer;
    writer.u8(version).u8(psk_initiator).u8(type(Payload::timestamp)).u8(0).u32(message.bundle);
    writer.u8(static_cast<std::uint8_t>(message.sources.size())).u8(map_of_srtp);
    for (const MikeySource& source : message.sources)
        writer.u8(source.policy).u32(source.ssrc).u32(source.rollovers);
    writer.u8(type(Payload::random)).u8(0).u64(ntp);
    std::array<std::byte, random_bytes_sent> random{};
    crypto::random_bytes(random);
    const std::uint8_t policy_number = message.sources.empty() ? 0 : message.sources.front().policy;
    writer.u8(type(Payload::policy)).u8(random.size()).bytes(random);
    writer.u8(type(Payload::kemac)).u8(policy_number).u8(protocol_srtp);
    writer.u16(static_cast<std::uint16_t>(message.policy.size())).bytes(message.policy);
    const std::size_t spi = message.key.mki.empty() ? 0 : 1 + message.key.mki.size();
    writer.u8(type(Payload::last)).u8(0).u16(static_cast<std::uint16_t>(4 + message.key.master.size() + spi));
    writer.u8(type(Payload::last)).u8(static_cast<std::uint8_t>(key_tek << 4 | (spi > 0 ? 1 : 0)));
    writer.u16(static_cast<std::uint16_t>(message.key.master.size())).bytes(message.key.master.reveal());
    if (spi > 0) writer.u8(static_cast<std::uint8_t>(message.key.mki.size())).bytes(message.key.mki);
    writer.u8(0);  // no MAC
    return std::move(writer).finish();
}

}  // namespace vedette::rtsp
