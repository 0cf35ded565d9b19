#include "hub/policy/safeguards.hpp"

#include <algorithm>
#include <array>

namespace vedette::hub::policy {

namespace {

// What can't be undone, what takes recordings out of the house, what opens a door, and who may what.
constexpr auto list_of_actions = std::to_array<Action>({
    Action::export_recording,
    Action::place_hold,
    Action::lift_hold,
    Action::change_camera,  // also: for how long it keeps recordings
    Action::remove_camera,
    Action::maintain_camera,
    Action::switch_relay,
    Action::change_settings,
    Action::manage_users,
    Action::manage_roles,
    Action::change_access_rules,
});

std::uint64_t bit_of(Action action) {
    return std::uint64_t{1} << static_cast<unsigned>(action);
}

void put(std::uint64_t& set, Action action, bool in) {
    set = in ? set | bit_of(action) : set & ~bit_of(action);
}

}  // namespace

std::span<const Action> actions_to_safeguard() {
    return list_of_actions;
}

bool can_be_safeguarded(Action action) {
    return std::ranges::find(list_of_actions, action) != list_of_actions.end();
}

Assurance Safeguards::chosen(Action action) const {
    if (static_cast<std::uint8_t>(action) >= action_count) return {};
    return {.step_up = (step_up_ & bit_of(action)) != 0,
            .second_person = (second_person_ & bit_of(action)) != 0};
}

void Safeguards::choose(Action action, Assurance assurance) {
    if (!can_be_safeguarded(action)) return;
    put(step_up_, action, assurance.step_up);
    put(second_person_, action, assurance.second_person);
}

Assurance Safeguards::asked(Action action) const {
    if (action == Action::change_access_rules)
        return {.step_up = step_up_ != 0, .second_person = second_person_ != 0};
    Assurance asked = chosen(action);
    if (action == Action::manage_users || action == Action::manage_roles)
        asked.second_person = ask_for_second_person();
    return asked;
}

}  // namespace vedette::hub::policy
