#include "hub/policy/client_kind.hpp"

namespace vedette::hub::policy {

std::string_view to_string(ClientKind kind) {
    switch (kind) {
        case ClientKind::web:
            return "web";
        case ClientKind::mobile:
            return "mobile";
        case ClientKind::api:
            return "api";
        case ClientKind::bridge:
            return "bridge";
    }
    return "unknown";
}

std::optional<ClientKind> parse_client_kind(std::string_view text) {
    for (std::uint8_t i = 0; i < client_kind_count; ++i)
        if (to_string(static_cast<ClientKind>(i)) == text) return static_cast<ClientKind>(i);
    return std::nullopt;
}

}  // namespace vedette::hub::policy
