#include "keystore/tpm2.hpp"

#include <array>
#include <charconv>

#include "base/credentials_directory.hpp"
#include "crypto/digest.hpp"
#include "crypto/rsa_public.hpp"
#include "keystore/pcr_signature.hpp"
#include "keystore/tpm2_device.hpp"

namespace vedette::keystore {

namespace {

constexpr std::size_t max_part_size = 1024;
constexpr std::size_t max_policy_key_size = 1600;
constexpr std::uint32_t all_pcrs = 0xffffff;
constexpr std::string_view signature_file = "tpm2-pcr-signature.json";

Result<std::optional<PolicyKey>> policy_key_of(const Tpm2Parameters& parameters) {
    if (parameters.policy_key.empty()) return std::nullopt;
    VEDETTE_TRY(crypto::RsaPublicKey key, crypto::parse_rsa_public_key(parameters.policy_key));
    return PolicyKey{std::move(key.modulus), key.exponent};
}

// systemd's places, in its order.
std::vector<std::filesystem::path> signature_files() {
    std::vector<std::filesystem::path> files;
    if (const auto credentials = credentials_directory()) files.push_back(*credentials / signature_file);
    for (const char* const folder :
         {"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"})
        files.push_back(std::filesystem::path(folder) / signature_file);
    return files;
}

Result<Bytes> find_signature(std::uint32_t pcrs, ByteView digest) {
    bool any_file = false;
    for (const std::filesystem::path& file : signature_files()) {
        const auto json = read_file(file, max_pcr_signatures_size);
        if (!json) continue;
        any_file = true;
        const auto signatures = parse_pcr_signatures(as_text(*json));
        if (!signatures) return fail(ErrorKind::corrupt, "{}: {}", file.string(), signatures.error().message);
        for (const PcrSignature& signature : *signatures)
            if (signature.pcrs == pcrs && std::ranges::equal(signature.policy_digest, digest))
                return signature.signature;
    }
    if (any_file)
        return fail(ErrorKind::forbidden, "the TPM's PCRs {} have values that no signature in {} is for",
                    print_pcrs(pcrs), signature_file);
    return fail(ErrorKind::not_found, "there is no {} with the signature of the TPM's PCRs", signature_file);
}

Result<Secret> unseal(const Tpm2Parameters& parameters) {
    VEDETTE_TRY(const auto policy_key, policy_key_of(parameters));
    VEDETTE_TRY(Tpm2Device device, Tpm2Device::open());
    VEDETTE_TRY(Secret key, device.unseal(parameters, policy_key, find_signature));
    if (key.size() != key_size) return fail(ErrorKind::corrupt, "the TPM gave another key than it sealed");
    return key;
}

// And shows that it opens, at least now. A signed policy may only be met later.
Result<Enrolment> seal(Tpm2Parameters parameters) {
    VEDETTE_TRY(const auto policy_key, policy_key_of(parameters));
    Secret key = crypto::random_secret(key_size);
    {
        VEDETTE_TRY(Tpm2Device device, Tpm2Device::open());
        VEDETTE_CHECK(device.seal(key, parameters, policy_key));
    }
    VEDETTE_TRY(const Secret again, unseal(parameters));
    if (!crypto::equal_constant_time(again.reveal(), key.reveal()))
        return fail(ErrorKind::corrupt, "the TPM does not give back what it sealed");
    return Enrolment{parameters.print(), std::move(key)};
}

class Tpm2Provider final : public Provider {
  public:
    std::string describe(const Slot& slot) const override {
        const auto parameters = Tpm2Parameters::parse(slot.parameters);
        if (!parameters) return "damaged";
        return fmt::format("PCRs {}{}", print_pcrs(parameters->pcrs),
                           parameters->policy_key.empty() ? "" : ", signed");
    }

    Result<Secret> open(const Slot& slot, const Environment&) const override {
        VEDETTE_TRY(const auto parameters, Tpm2Parameters::parse(slot.parameters));
        VEDETTE_TRY(const Secret key, unseal(parameters));
        return slot.unwrap(key);
    }

    Result<Enrolment> renew(const Slot& slot, const Environment&) const override {
        VEDETTE_TRY(Tpm2Parameters parameters, Tpm2Parameters::parse(slot.parameters));
        VEDETTE_CHECK(unseal(parameters));
        return seal(std::move(parameters));
    }
};

}  // namespace

Result<Tpm2Parameters> Tpm2Parameters::parse(ByteView bytes) {
    ByteReader reader(bytes);
    Tpm2Parameters parameters;
    parameters.pcrs = reader.u32();
    const ByteView public_part = reader.take(reader.u16());
    const ByteView private_part = reader.take(reader.u16());
    const ByteView policy_key = reader.take(reader.u16());
    if (reader.failed() || !reader.at_end() || parameters.pcrs == 0 || parameters.pcrs > all_pcrs ||
        public_part.size() > max_part_size || private_part.size() > max_part_size ||
        policy_key.size() > max_policy_key_size)
        return fail(ErrorKind::corrupt, "the slot of the TPM is damaged");
    parameters.public_part.assign(public_part.begin(), public_part.end());
    parameters.private_part.assign(private_part.begin(), private_part.end());
    parameters.policy_key = as_text(policy_key);
    return parameters;
}

Bytes Tpm2Parameters::print() const {
    ByteWriter writer;
    writer.u32(pcrs);
    for (const ByteView part : {ByteView(public_part), ByteView(private_part), as_bytes(policy_key)})
        writer.u16(static_cast<std::uint16_t>(part.size())).bytes(part);
    return std::move(writer).finish();
}

const Provider& tpm2_provider() {
    static const Tpm2Provider provider;
    return provider;
}

Result<std::uint32_t> parse_pcrs(std::string_view text) {
    constexpr unsigned max_pcr = 23;
    std::uint32_t pcrs = 0;
    for (const char* at = text.data(); at != text.data() + text.size();) {
        unsigned pcr = max_pcr + 1;
        const auto [end, error] = std::from_chars(at, text.data() + text.size(), pcr);
        const bool is_last = end == text.data() + text.size();
        if (error != std::errc() || pcr > max_pcr ||
            (!is_last && (*end != '+' || end + 1 == text.data() + text.size()))) {
            pcrs = 0;
            break;
        }
        pcrs |= 1U << pcr;
        at = is_last ? end : end + 1;
    }
    if (pcrs == 0)
        return fail(ErrorKind::invalid_input, "\"{}\" names no PCRs: they are numbers from 0 to {}, as 7+11",
                    text, max_pcr);
    return pcrs;
}

std::string print_pcrs(std::uint32_t pcrs) {
    std::string text;
    for (unsigned pcr = 0; pcr < 32; ++pcr)
        if ((pcrs >> pcr & 1) != 0) text += (text.empty() ? "" : "+") + std::to_string(pcr);
    return text;
}

Result<Enrolment> enrol_tpm2(const Environment&, std::uint32_t pcrs, const std::string& policy_key) {
    if (policy_key.size() > max_policy_key_size)
        return fail(ErrorKind::invalid_input, "the key that signs PCRs has more than {} bytes",
                    max_policy_key_size);
    return seal({.pcrs = pcrs, .public_part = {}, .private_part = {}, .policy_key = policy_key});
}

}  // namespace vedette::keystore
