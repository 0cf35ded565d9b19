#include "hub/api/clearances.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/hex.hpp"

namespace vedette::hub::api {

namespace {

constexpr std::string_view clearance_parameter = "clearance";
constexpr std::size_t salt_bytes = 32;

bool is_reading(net::Method method) {
    return method == net::Method::get || method == net::Method::head;
}

std::unexpected<identity::Refusal> no_approval(ErrorKind kind, std::string why) {
    return std::unexpected(identity::Refusal({kind, std::move(why)}));
}

}  // namespace

std::string_view to_string(Clearance::State state) {
    switch (state) {
        case Clearance::State::open:
            return "open";
        case Clearance::State::waiting:
            return "waiting";
        case Clearance::State::approved:
            return "approved";
        case Clearance::State::refused:
            return "refused";
    }
    return "unknown";
}

std::optional<ClearanceId> clearance_named(const net::Request& request) {
    if (const std::string_view text = request.header("Vedette-Clearance"); !text.empty())
        return ClearanceId::parse(text);
    if (!is_reading(request.method)) return std::nullopt;
    const auto text = request.query_value(clearance_parameter);
    return text ? ClearanceId::parse(*text) : std::nullopt;
}

crypto::Sha256Digest digest_of_action(const net::Request& request, const Clearance& clearance) {
    const bool reading = is_reading(request.method);
    boost::json::array parameters;
    for (const auto& [name, value] : request.query)
        if (!reading || name != clearance_parameter)
            parameters.push_back(boost::json::array{boost::json::string(name), boost::json::string(value)});
    const boost::json::array exact{
        "vedette-action-1",
        boost::json::string(to_string(reading ? net::Method::get : request.method)),
        boost::json::string(request.path),
        std::move(parameters),
        boost::json::string(to_hex(crypto::sha256(as_bytes(request.body)))),
        boost::json::string(clearance.requester().id.text()),
        boost::json::string(to_hex(clearance.session)),
        ticks(clearance.expires),
        boost::json::string(to_hex(clearance.salt))};
    return crypto::sha256(as_bytes(boost::json::serialize(exact)));
}

void Clearances::end_oldest_of(const UserId* user) {
    // Rather one for which nobody was asked than one that somebody waits for.
    const auto rank = [](const Clearance& clearance) {
        return std::pair(clearance.state != Clearance::State::open, clearance.created);
    };
    auto oldest = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
        if (user && entry->second.requester().id != *user) continue;
        if (oldest == entries_.end() || rank(entry->second) < rank(oldest->second)) oldest = entry;
    }
    if (oldest != entries_.end()) entries_.erase(oldest);
}

Clearance& Clearances::open(const net::Request& request, Decided decided,
                            const identity::SessionDigest& session, policy::Assurance asked, UtcTime now) {
    return add(request, {.id = ClearanceId::random(),
                         .decided = std::move(decided),
                         .session = session,
                         .asked = asked,
                         .created = now,
                         .expires = now + Ticks90k(clearance_lifetime),
                         .entry = {},
                         .reason = {},
                         .approver = {},
                         .answer = {},
                         .salt = Bytes(salt_bytes)});
}

Clearance& Clearances::open_sign_in(Decided decided, const crypto::Sha256Digest& waiting, UtcTime now) {
    net::Request finish;  // the request that it is for
    finish.method = net::Method::post;
    finish.path = "/api/v1/session/second-person";
    return add(finish, {.id = ClearanceId::random(),
                        .decided = std::move(decided),
                        .session = waiting,
                        .asked = {.second_person = true},
                        .created = now,
                        .expires = now + Ticks90k(sign_in_lifetime),
                        .entry = {},
                        .state = Clearance::State::waiting,
                        .reason = {},
                        .approver = {},
                        .answer = {},
                        .salt = Bytes(salt_bytes)});
}

Clearance& Clearances::add(const net::Request& request, Clearance clearance) {
    crypto::random_bytes(clearance.salt);
    clearance.digest = digest_of_action(request, clearance);
    const UserId user = clearance.requester().id;
    const auto of_user = [&](const auto& entry) { return entry.second.requester().id == user; };
    if (static_cast<std::size_t>(std::ranges::count_if(entries_, of_user)) >= limits_.each_user)
        end_oldest_of(&user);
    else if (entries_.size() >= limits_.total)
        end_oldest_of(nullptr);
    return entries_.emplace(clearance.id, std::move(clearance)).first->second;
}

Clearance* Clearances::of_sign_in(const crypto::Sha256Digest& waiting, UtcTime now) {
    for (auto& [id, clearance] : entries_)
        if (clearance.is_sign_in() && clearance.session == waiting && now < clearance.expires)
            return &clearance;
    return nullptr;
}

Clearance* Clearances::find(ClearanceId id, UtcTime now) {
    const auto found = entries_.find(id);
    return found == entries_.end() || found->second.expires <= now ? nullptr : &found->second;
}

Clearance* Clearances::own(ClearanceId id, const identity::SessionDigest& session, UtcTime now) {
    Clearance* clearance = find(id, now);
    return clearance && clearance->session == session ? clearance : nullptr;
}

Clearance* Clearances::of_request(const net::Request& request, const identity::SessionDigest& session,
                                  UtcTime now) {
    const auto id = clearance_named(request);
    Clearance* clearance = id ? own(*id, session, now) : nullptr;
    if (!clearance) return nullptr;
    return crypto::equal_constant_time(digest_of_action(request, *clearance), clearance->digest) ? clearance
                                                                                                 : nullptr;
}

std::vector<const Clearance*> Clearances::of_session(const identity::SessionDigest& session,
                                                     UtcTime now) const {
    std::vector<const Clearance*> all;
    for (const auto& [id, clearance] : entries_)
        if (clearance.session == session && !clearance.is_sign_in() && now < clearance.expires)
            all.push_back(&clearance);
    return all;
}

std::vector<const Clearance*> Clearances::waiting(UtcTime now) const {
    std::vector<const Clearance*> all;
    for (const auto& [id, clearance] : entries_)
        if (clearance.state == Clearance::State::waiting && now < clearance.expires)
            all.push_back(&clearance);
    std::ranges::sort(all, {}, &Clearance::created);
    return all;
}

void Clearances::put_back(Clearance clearance, UtcTime now) {
    if (clearance.expires <= now) return;
    const ClearanceId id = clearance.id;
    entries_.emplace(id, std::move(clearance));
}

std::vector<Clearance> Clearances::sweep(UtcTime now) {
    std::vector<Clearance> over;
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        if (now < entry->second.expires) {
            ++entry;
            continue;
        }
        over.push_back(std::move(entry->second));
        entry = entries_.erase(entry);
    }
    return over;
}

std::expected<void, identity::Refusal> answer_clearance(Clearance& clearance,
                                                        const policy::Authorised& granted,
                                                        const identity::SessionDigest& session,
                                                        std::string_view digest, bool approve,
                                                        std::string answer) {
    const policy::Object& object = clearance.decided.object;
    const auto* user = std::get_if<policy::User>(&granted.principal());
    if (!user || granted.action() != clearance.approval() || granted.object().camera != object.camera ||
        granted.object().organisation != object.organisation)
        return no_approval(ErrorKind::forbidden, "This was not decided about");
    if (user->id == clearance.requester().id || session == clearance.session)
        return no_approval(ErrorKind::forbidden, "Nobody approves what he asked for himself");
    if (clearance.state != Clearance::State::waiting)
        return no_approval(ErrorKind::conflict, "This was answered already");
    if (digest != to_hex(clearance.digest))
        return no_approval(ErrorKind::conflict, "This is not the request that you have seen; look again");
    clearance.state = approve ? Clearance::State::approved : Clearance::State::refused;
    clearance.approver = *user;
    clearance.answer = std::move(answer);
    return {};
}

}  // namespace vedette::hub::api
