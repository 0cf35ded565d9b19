#include "hub/api/access_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/retention_groups.hpp"

namespace vedette::hub::api {

namespace {

Problem role_refused(const Error& error) {
    Problem problem(error);
    problem.name_field({"name", "rights"});
    return problem;
}

net::Response role_response(const Services& services, unsigned status, RoleId id) {
    const auto& roles = services.identity->roster().roles;
    const auto role = roles.find(id);
    // Deleted between its change and this answer.
    if (role == roles.end()) return no_content();
    return json_response(status, to_json(role->second));
}

net::Response group_response(const Services& services, unsigned status, CameraGroupId id) {
    const auto& groups = services.identity->roster().groups;
    const auto group = groups.find(id);
    if (group == groups.end()) return no_content();
    return json_response(status, to_json(group->second));
}

}  // namespace

net::Awaitable<Outcome<>> list_roles(ServicesPtr services, Call) {
    boost::json::array roles;
    for (const auto& [id, role] : services->identity->roster().roles) roles.push_back(to_json(role));
    co_return json_response(200, {{"roles", std::move(roles)}});
}

net::Awaitable<Outcome<>> add_role(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::Role role, read_role(call.request.body));
    auto adding = services->administration.put_role(call.granted, std::nullopt, std::move(role));
    const auto id = co_await std::move(adding);
    if (!id) co_return std::unexpected(role_refused(id.error()));
    net::Response response = role_response(*services, 201, *id);
    response.headers.push_back({"Location", "/api/v1/roles/" + id->text()});
    co_return response;
}

net::Awaitable<Outcome<>> change_role(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::Role role, read_role(call.request.body));
    auto changing =
        services->administration.put_role(call.granted, call.path.role.value_or(RoleId()), std::move(role));
    const auto id = co_await std::move(changing);
    if (!id) co_return std::unexpected(role_refused(id.error()));
    co_return role_response(*services, 200, *id);
}

net::Awaitable<Outcome<>> remove_role(ServicesPtr services, Call call) {
    const auto removed =
        co_await services->administration.remove_role(call.granted, call.path.role.value_or(RoleId()));
    if (!removed) co_return std::unexpected(role_refused(removed.error()));
    co_return no_content();
}

net::Awaitable<Outcome<>> list_camera_groups(ServicesPtr services, Call) {
    boost::json::array groups;
    for (const auto& [id, group] : services->identity->roster().groups) groups.push_back(to_json(group));
    co_return json_response(200, {{"camera_groups", std::move(groups)}});
}

net::Awaitable<Outcome<>> add_camera_group(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::CameraGroup group, read_camera_group(call.request.body));
    auto adding = services->administration.put_group(call.granted, std::nullopt, std::move(group));
    const auto id = co_await std::move(adding);
    if (!id) co_return std::unexpected(role_refused(id.error()));
    net::Response response = group_response(*services, 201, *id);
    response.headers.push_back({"Location", "/api/v1/camera-groups/" + id->text()});
    co_return response;
}

net::Awaitable<Outcome<>> change_camera_group(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::CameraGroup group, read_camera_group(call.request.body));
    auto changing = services->administration.put_group(
        call.granted, call.path.group.value_or(CameraGroupId()), std::move(group));
    const auto id = co_await std::move(changing);
    if (!id) co_return std::unexpected(role_refused(id.error()));
    co_await renew_groups(services);
    co_return group_response(*services, 200, *id);
}

net::Awaitable<Outcome<>> remove_camera_group(ServicesPtr services, Call call) {
    const auto removed = co_await services->administration.remove_group(
        call.granted, call.path.group.value_or(CameraGroupId()));
    if (!removed) co_return std::unexpected(role_refused(removed.error()));
    co_await renew_groups(services);
    co_return no_content();
}

}  // namespace vedette::hub::api
