#include "hub/api/notices.hpp"

namespace vedette::hub::api {

namespace {

bool has_a_way(const Services& services) {
    return services.mailer->server() || services.mailer->webhook();
}

std::string when_and_where(const Services& services, const std::string& from) {
    return fmt::format("When: {}\nFrom: {}\n", to_rfc3339(services.clock->utc_now()), from);
}

mail::Message about_account(const Services& services, std::string to, const std::string& user,
                            const std::string& what, const std::string& from) {
    return {
        .to = std::move(to),
        .subject = "Vedette: your account was changed",
        .text = fmt::format("Hello {},\n\n{}\n\n{}\nIf this was not you, tell an administrator at once.\n",
                            user, what, when_and_where(services, from)),
        .brief =
            fmt::format("Vedette, {}: {} If this was not you, tell an administrator at once.", user, what)};
}

}  // namespace

net::Awaitable<void> tell_user(ServicesPtr services, UserId user, std::string what, std::string from) {
    if (!has_a_way(*services)) co_return;
    const auto address = co_await services->identity->mail_address_of(user);
    if (!address || !*address) co_return;
    const auto account = services->identity->roster().accounts.find(user);
    if (account == services->identity->roster().accounts.end()) co_return;
    services->mailer->send(about_account(*services, **address, account->second.name, what, from));
}

void tell_former_address(Services& services, std::string address, const std::string& user,
                         const std::string& what, const std::string& from) {
    services.mailer->send(about_account(services, std::move(address), user, what, from));
}

net::Awaitable<void> tell_administrators(ServicesPtr services, std::string subject, std::string what,
                                         std::string from) {
    if (!has_a_way(*services)) co_return;
    std::vector<UserId> administrators;
    const identity::Roster& roster = services->identity->roster();
    for (const auto& [id, account] : roster.accounts)
        if (!account.suspended && account.has_mail &&
            identity::rights_given(roster, account.assignments).contains(policy::Right::manage_users))
            administrators.push_back(id);
    for (const UserId& id : administrators) {
        const auto address = co_await services->identity->mail_address_of(id);
        if (!address || !*address) continue;
        services->mailer->send({.to = **address,
                                .subject = subject,
                                .text = fmt::format("{}\n\n{}", what, when_and_where(*services, from)),
                                .brief = fmt::format("{}. {}", subject, what)});
    }
}

Outcome<void> send_code(Services& services, const identity::CodeToSend& code, const std::string& what_for,
                        const std::string& from) {
    if (!services.mailer->reaches(code.address))
        return std::unexpected(Problem(
            Error{ErrorKind::conflict, "There is no server to send the code by; ask an administrator"}));
    const std::string_view digits = code.code.reveal_text();
    services.mailer->send(
        {.to = code.address,
         .subject = "Vedette: your code",
         .text = fmt::format("Hello {},\n\nyour code {}: {} {}\n\nIt works once, within ten "
                             "minutes. Nobody of Vedette ever asks you for it.\n\n{}\nIf this was "
                             "not you, somebody may know your password: change it, and tell an "
                             "administrator.\n",
                             code.user, what_for, digits.substr(0, 4), digits.substr(4),
                             when_and_where(services, from)),
         .brief =
             fmt::format("Vedette: your code {}: {} {}", what_for, digits.substr(0, 4), digits.substr(4))});
    return {};
}

}  // namespace vedette::hub::api
