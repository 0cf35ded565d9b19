// Users, roles and groups from JSON bodies: the first byte chooses which.

#include <cstdint>
#include <cstdlib>

#include "hub/api/access_input.hpp"
#include "hub/api/mail_input.hpp"
#include "hub/api/passkey_input.hpp"
#include "hub/api/token_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::hub;
    if (size == 0) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 9) {
        case 5:
            (void)api::read_second_factor(body);
            (void)api::read_code(body);
            (void)api::read_approval_wish(body);
            if (const auto answer = api::read_approval(body); answer && answer->digest.size() < 64)
                std::abort();
            break;
        case 6:
            (void)api::read_password_change(body);
            (void)api::read_proof(body);
            (void)api::read_step_up(body);
            (void)api::read_passkey_name(body);
            (void)api::read_proof_purpose(body);
            break;
        case 8:
            if (const auto assertion = api::read_assertion(body);
                assertion && (assertion->credential_id.empty() || assertion->signature.empty()))
                std::abort();
            (void)api::read_new_passkey(body);
            (void)api::read_passkey_begin(body);
            break;
        case 7:
            if (const auto rules = api::read_access_rules(body))
                for (const identity::Holiday& holiday : rules->holidays)
                    if (!holiday.day.ok()) std::abort();
            if (const auto token = api::read_new_api_token(body, vedette::UtcTime{})) {
                const policy::TokenScope& scope = token->token.scope;
                if (scope.rights.empty() || token->token.lifetime > identity::longest_api_token) std::abort();
                if (scope.cameras && scope.cameras->empty()) std::abort();
            }
            if (const auto device = api::read_new_device(body, vedette::UtcTime{}))
                if (!device->certificate || device->kind == policy::ClientKind::web) std::abort();
            break;
        case 0:
            (void)api::read_code_and_password(body);
            (void)api::read_sign_in(body);
            break;
        case 1:
            if (const auto user = api::read_new_user(body);
                user && user->assignments.size() > identity::max_assignments)
                std::abort();
            break;
        case 2:
            (void)api::read_user_change(body);
            (void)api::read_waiting(body);
            (void)api::read_mail_server(body, true);
            (void)api::read_webhook(body, true);
            if (const auto mail = api::read_mail_address(body);
                mail && mail->address.find_first_of(" \r\n<>") != std::string::npos)
                std::abort();
            (void)api::read_sign_in_token(body);
            break;
        case 3:
            if (const auto role = api::read_role(body)) {
                if (role->rights.empty() || role->max_age_days == 0) std::abort();
                if (role->schedule && role->schedule->empty()) std::abort();
                if (role->networks && role->networks->empty()) std::abort();
                if (role->clients && role->clients->empty()) std::abort();
            }
            break;
        default:
            if (const auto group = api::read_camera_group(body);
                group && group->cameras.size() > identity::max_group_cameras)
                std::abort();
            break;
    }
    return 0;
}
