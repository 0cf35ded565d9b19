#pragma once
// What one user was given, put into a form in which a decision is a few look-ups. Pure.

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "hub/policy/conditions.hpp"
#include "hub/policy/right.hpp"

namespace vedette::hub::policy {

/// One role over one scope, for one user.
struct Grant {
    RightSet rights;
    bool denies = false;  ///< takes these rights away, whatever else gives them; `max_age` is ignored then
    std::optional<std::vector<CameraId>> cameras;  ///< nullopt: the whole organisation
    Conditions conditions;
};

/// Immutable; shared by all sessions of a user. Any thread.
class Rights {
  public:
    Rights() = default;
    explicit Rights(const std::vector<Grant>& grants);

    /// What there is to say about some rights, of which one suffices.
    struct Held {
        bool held = false;
        /// How old recordings may be; nullopt: any age.
        std::optional<Ticks90k> max_age;
        /// Not held, but it would be if this were met.
        Unmet unmet = Unmet::nothing;
    };
    /// Over the organisation as a whole: a grant over some cameras does not count.
    Held over_organisation(RightSet any_of, const Circumstances& at) const;
    /// Over one camera: what is given over it and over the whole organisation.
    Held over_camera(RightSet any_of, const CameraId& camera, const Circumstances& at) const;

    /// What is held over the whole organisation, whatever the circumstances, and of any age: what its holder
    /// can pass on.
    RightSet unconditional() const { return everywhere_.allowed - denied_; }
    friend bool operator==(const Rights&, const Rights&) = default;

  private:
    struct Conditional {
        RightSet rights;
        bool denies = false;
        Conditions conditions;
        friend bool operator==(const Conditional&, const Conditional&) = default;
    };
    // All that is given over one place.
    struct Layer {
        RightSet allowed;  ///< without conditions
        RightSet denied;   ///< without conditions
        std::vector<Conditional> conditional;
        void add(const Grant& grant);
        friend bool operator==(const Layer&, const Layer&) = default;
    };
    static Held weigh(RightSet any_of, const Layer& everywhere, const Layer* here, const Circumstances& at);

    Layer everywhere_;
    std::unordered_map<CameraId, Layer> cameras_;
    RightSet denied_;  ///< anywhere, in any circumstances
};

using RightsPtr = std::shared_ptr<const Rights>;

}  // namespace vedette::hub::policy
