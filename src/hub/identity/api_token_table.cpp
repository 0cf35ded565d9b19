#include "hub/identity/api_token_table.hpp"

#include <algorithm>

namespace vedette::hub::identity {

void ApiTokenTable::add(ApiToken token) {
    digests_[token.id] = token.digest;
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

bool ApiTokenTable::remove(ApiTokenId id) {
    const auto digest = digests_.find(id);
    if (digest == digests_.end()) return false;
    tokens_.erase(digest->second);
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

}  // namespace vedette::hub::identity
