// How many decisions a second one core makes, beside the look-up that none can do without: a camera's id in a
// hash table. One user has 1000 roles: a third over everything, the others over some of 10 000 cameras.

#include <algorithm>
#include <chrono>
#include <ctime>
#include <random>
#include <unordered_map>
#include <vector>

#include <fmt/core.h>

#include "hub/policy/policy.hpp"

namespace {

using namespace vedette;
using namespace vedette::hub::policy;

constexpr std::size_t cameras = 10'000;
constexpr std::size_t roles = 1'000;
constexpr std::size_t questions = 4'000'000;
constexpr std::size_t cameras_per_role = 200;
constexpr int rounds = 5;

double cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The best of some rounds: what disturbs a round makes it longer.
template <class Body>
double best_of(Body body) {
    double best = 1e9;
    for (int round = 0; round < rounds; ++round) {
        const double before = cpu_seconds();
        body();
        best = std::min(best, cpu_seconds() - before);
    }
    return best;
}

}  // namespace

int main() {
    std::mt19937 random(1);
    std::vector<CameraId> ids(cameras);
    for (CameraId& id : ids) id = CameraId::random();
    const auto any_camera = [&] { return ids[random() % cameras]; };
    const OrganisationId organisation = OrganisationId::random();

    std::vector<Grant> grants(roles);
    for (std::size_t i = 0; i < roles; ++i) {
        Grant& grant = grants[i];
        grant.rights = {static_cast<Right>(random() % right_count), Right::see_events};
        grant.denies = random() % 20 == 0;
        if (i % 3 != 0) {
            grant.cameras.emplace();
            for (std::size_t c = 0; c < cameras_per_role; ++c) grant.cameras->push_back(any_camera());
        }
        if (grant.denies) grant.rights = {Right::remove_cameras};
        if (random() % 50 == 0) grant.conditions.max_age = std::chrono::days(7);
        if (random() % 50 == 0) grant.conditions.schedule.emplace().allow(0, 32, 72);
    }
    const double before = cpu_seconds();
    const auto rights = std::make_shared<const Rights>(grants);
    const double made = cpu_seconds() - before;
    const Principal user =
        User{.id = UserId::random(), .organisation = organisation, .name = "a", .rights = rights};
    const Context context{.origin = Origin::same,
                          .now = UtcTime(Ticks90k(1)),
                          .at = {.wall = {.day = 0, .minute = 600}, .address = {}}};

    struct Question {
        Action action;
        Object object;
    };
    const std::vector<Action> actions = {Action::watch_live,  Action::play_recording, Action::view_camera,
                                         Action::view_events, Action::control_ptz,    Action::talk};
    std::vector<Question> asked(1 << 16);
    for (Question& question : asked)
        question = {.action = actions[random() % actions.size()],
                    .object = Object::of(organisation, any_camera())};

    std::size_t allowed = 0;
    const double deciding = best_of([&] {
        for (std::size_t i = 0; i < questions; ++i) {
            const Question& question = asked[i % asked.size()];
            allowed += decide(user, question.action, question.object, context).allowed;
        }
    });
    std::unordered_map<CameraId, int> table;
    for (const CameraId& id : ids) table.emplace(id, 1);
    std::size_t found = 0;
    const double looking_up = best_of([&] {
        for (std::size_t i = 0; i < questions; ++i)
            found += static_cast<std::size_t>(table.find(*asked[i % asked.size()].object.camera)->second);
    });
    std::size_t seen = 0;
    const double listing = best_of([&] {
        for (const CameraId& id : ids) {
            const Object object = Object::of(organisation, id);
            if (decide(user, Action::view_camera, object, context).allowed)
                seen += rights_held(user, object, context).empty() ? 0 : 1;
        }
    });
    fmt::print(
        "decisions a second and core: {:.1f} million (bar: 2), {:.1f} times the time of one look-up in a "
        "hash table\n",
        static_cast<double>(questions) / deciding / 1e6, deciding / looking_up);
    fmt::print("a list of {} cameras by rights, with what is held over each: {:.1f} ms (bar: 50)\n", cameras,
               listing * 1e3);
    fmt::print("{} roles put together: {:.1f} ms, when something changes\n", roles, made * 1e3);
    return allowed + found + seen == 0;  // so that nothing of it is left out
}
