#include "hub/identity/api_token_table.hpp"

#include <algorithm>
#include <tuple>

namespace vedette::hub::identity {

void ApiTokenTable::add(ApiToken token) {
    digests_[token.id] = token.digest;
    if (token.device && token.certificate) devices_[*token.certificate] = token.id;
    tokens_.insert_or_assign(token.digest, std::move(token));
}

ApiToken* ApiTokenTable::find(const crypto::Sha256Digest& digest) {
    const auto found = tokens_.find(digest);
    return found == tokens_.end() ? nullptr : &found->second;
}

ApiToken* ApiTokenTable::find(ApiTokenId id) {
    const auto digest = digests_.find(id);
    return digest == digests_.end() ? nullptr : find(digest->second);
}

ApiToken* ApiTokenTable::find_device(const crypto::Sha256Digest& certificate) {
    const auto device = devices_.find(certificate);
    return device == devices_.end() ? nullptr : find(device->second);
}

bool ApiTokenTable::remove(ApiTokenId id) {
    const auto digest = digests_.find(id);
    if (digest == digests_.end()) return false;
    const auto token = tokens_.find(digest->second);
    if (token->second.device && token->second.certificate) devices_.erase(*token->second.certificate);
    tokens_.erase(token);
    digests_.erase(digest);
    return true;
}

std::vector<ApiToken> ApiTokenTable::of_user(UserId user) const {
    std::vector<ApiToken> out;
    for (const auto& [digest, token] : tokens_)
        if (token.user == user) out.push_back(token);
    std::ranges::sort(out, std::ranges::greater(), &ApiToken::created);
    return out;
}

std::vector<ApiToken> ApiTokenTable::devices() const {
    std::vector<ApiToken> out;
    for (const auto& [digest, token] : tokens_)
        if (token.device) out.push_back(token);
    std::ranges::sort(out, {}, [](const ApiToken& token) { return std::tie(token.name, token.id); });
    return out;
}

}  // namespace vedette::hub::identity
