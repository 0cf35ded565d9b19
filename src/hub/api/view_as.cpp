#include <boost/json/array.hpp>

#include "hub/api/access_input.hpp"
#include "hub/api/circumstances.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/session_response.hpp"

namespace vedette::hub::api {

namespace {

// As the user would be told of it, but no more than who asks may know himself: to who may not know of the
// camera, it is a name.
boost::json::object viewed_json(const wire::CameraStatus& camera, policy::RightSet theirs, bool known,
                                policy::RightSet own) {
    wire::CameraStatus name_only;
    name_only.id = camera.id;
    name_only.name = camera.name;
    boost::json::object out = known ? to_json(camera, theirs & own) : to_json(name_only, {});
    out["rights"] = to_json(theirs);
    return out;
}

}  // namespace

// An answer, and no session: nothing can be done with it, and all that is asked besides is decided by the
// rights of who asks.
net::Awaitable<Outcome<>> view_as_user(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const CircumstancesQuery query, read_circumstances(call.request));
    const UserId id = call.path.user.value_or(UserId());
    if (const auto account = identity::find_account(services->identity->roster(), id); !account)
        co_return std::unexpected(Problem(account.error()));
    const auto user = services->identity->user(id);
    if (!user)
        co_return std::unexpected(Problem(409, "conflict", "This user is suspended, and sees nothing"));
    const policy::Context context = imagined(call.context, query, *services);
    const policy::Object organisation = call.granted.object();
    VEDETTE_CO_TRY(const auto listing, call.authorise(policy::Action::list_cameras, organisation));
    VEDETTE_CO_TRY(const auto all, services->site.list(listing));
    boost::json::array cameras;
    boost::json::array names_only;
    for (const wire::CameraStatus& camera : all) {
        const auto object = policy::Object::of(organisation.organisation, camera.id);
        if (!policy::decide(*user, policy::Action::view_camera, object, context).allowed) continue;
        const bool known = call.authorise(policy::Action::view_camera, object).has_value();
        const auto theirs = policy::rights_held(*user, object, context);
        cameras.push_back(viewed_json(camera, theirs, known, call.rights_over(camera.id)));
        if (!known) names_only.push_back(boost::json::string(camera.id.text()));
    }
    co_return json_response(
        200,
        {{"session", session_json(*services, *user, services->identity->end_of(*call.credential), context)},
         {"cameras", std::move(cameras)},
         {"names_only", std::move(names_only)},
         {"storage", to_json(services->site.storage())}});
}

}  // namespace vedette::hub::api
