#pragma once
// What some actions take besides a right, as the organisation chose: a second factor given for them, or
// another person's approval. Pure.

#include <cstdint>
#include <span>

#include "hub/policy/action.hpp"

namespace vedette::hub::policy {

/// What is asked for an action, was given for it, or is missing.
struct Assurance {
    bool step_up = false;        ///< a second factor, given for this action
    bool second_person = false;  ///< the approval of another person

    constexpr bool none() const { return !step_up && !second_person; }
    constexpr Assurance operator|(Assurance other) const {
        return {.step_up = step_up || other.step_up, .second_person = second_person || other.second_person};
    }
    constexpr Assurance operator-(Assurance other) const {
        return {.step_up = step_up && !other.step_up, .second_person = second_person && !other.second_person};
    }
    friend constexpr bool operator==(const Assurance&, const Assurance&) = default;
};

/// All that can be made to take more; a closed list.
std::span<const Action> actions_to_safeguard();
bool can_be_safeguarded(Action action);

/// The organisation's choice. A value.
class Safeguards {
  public:
    /// What was chosen for that action itself.
    Assurance chosen(Action action) const;
    /// Nothing happens for an action that can't be made to take more.
    void choose(Action action, Assurance assurance);
    /// Whether any action takes a second person.
    bool ask_for_second_person() const { return second_person_ != 0; }

    /// What that action takes. Who could lower a rule could go around it, so a change of the rules takes all
    /// that any rule asks; and who could make the second person could be it, so that users and roles take
    /// one as soon as anything does.
    Assurance asked(Action action) const;
    friend bool operator==(const Safeguards&, const Safeguards&) = default;

  private:
    std::uint64_t step_up_ = 0;        // a bit for each action
    std::uint64_t second_person_ = 0;  // the same
};
static_assert(action_count <= 64);

}  // namespace vedette::hub::policy
