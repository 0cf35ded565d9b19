#include "keystore/pcr_signature.hpp"

#include <boost/json.hpp>

#include "base/hex.hpp"
#include "crypto/base64.hpp"

namespace vedette::keystore {

namespace {

constexpr std::size_t max_signatures = 1024;
constexpr std::size_t max_signature_size = 1024;
constexpr std::size_t policy_digest_size = 32;
constexpr std::int64_t max_pcr = 23;

std::optional<PcrSignature> read_entry(const boost::json::value& value) {
    const auto* const entry = value.if_object();
    if (entry == nullptr) return std::nullopt;
    const auto* const pcrs = entry->if_contains("pcrs");
    const auto* const policy = entry->if_contains("pol");
    const auto* const signature = entry->if_contains("sig");
    if (pcrs == nullptr || policy == nullptr || signature == nullptr || pcrs->if_array() == nullptr ||
        policy->if_string() == nullptr || signature->if_string() == nullptr)
        return std::nullopt;
    PcrSignature result;
    for (const boost::json::value& pcr : pcrs->get_array()) {
        const auto* const number = pcr.if_int64();
        if (number == nullptr || *number < 0 || *number > max_pcr) return std::nullopt;
        result.pcrs |= 1U << *number;
    }
    auto digest = from_hex(std::string_view(policy->get_string()));
    auto bytes = crypto::from_base64(std::string_view(signature->get_string()));
    if (!digest || digest->size() != policy_digest_size || !bytes || bytes->size() > max_signature_size)
        return std::nullopt;
    result.policy_digest = std::move(*digest);
    result.signature = std::move(*bytes);
    return result;
}

}  // namespace

Result<std::vector<PcrSignature>> parse_pcr_signatures(std::string_view json) {
    if (json.size() > max_pcr_signatures_size)
        return fail(ErrorKind::corrupt, "the file of PCR signatures is too large");
    boost::json::error_code error;
    boost::json::parse_options options;
    options.max_depth = 8;
    const boost::json::value root = boost::json::parse(json, error, {}, options);
    const auto* const object = error ? nullptr : root.if_object();
    if (object == nullptr) return fail(ErrorKind::corrupt, "the file of PCR signatures is damaged");
    std::vector<PcrSignature> signatures;
    const auto* const bank = object->if_contains("sha256");
    if (bank == nullptr || bank->if_array() == nullptr) return signatures;
    for (const boost::json::value& value : bank->get_array()) {
        if (signatures.size() == max_signatures) break;
        if (auto entry = read_entry(value)) signatures.push_back(std::move(*entry));
    }
    return signatures;
}

}  // namespace vedette::keystore
