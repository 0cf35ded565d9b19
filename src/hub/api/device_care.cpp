#include <charconv>

#include "hub/api/handlers.hpp"
#include "hub/api/input.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

using Task = decltype(wire::MaintainCamera::task);

net::Awaitable<Outcome<>> maintain(ServicesPtr services, policy::Authorised granted, Task task) {
    auto working = services->site.maintain(std::move(granted), std::move(task));
    VEDETTE_CO_TRY(const wire::DeviceCare care, co_await std::move(working));
    co_return json_response(200, to_json(care));
}

template <class T>
net::Awaitable<Outcome<>> maintain_with(ServicesPtr services, Call call, Outcome<T> task) {
    if (!task) co_return std::unexpected(std::move(task).error());
    Task work = std::move(*task);
    auto working = maintain(std::move(services), call.granted, std::move(work));
    co_return co_await std::move(working);
}

Outcome<wire::UploadFirmware> read_piece(net::Request& request) {
    const std::string_view text = request.query_value("offset").value_or("");
    wire::UploadFirmware piece;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), piece.offset);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::unexpected(Problem::invalid("offset", "Say with offset how many bytes have come before"));
    if (request.body.empty())
        return std::unexpected(Problem::invalid("offset", "Send a piece of the file as the body"));
    piece.piece = std::move(request.body);
    return piece;
}

}  // namespace

net::Awaitable<Outcome<>> get_device(ServicesPtr services, Call call) {
    return maintain(std::move(services), call.granted, wire::ViewDevice{});
}

net::Awaitable<Outcome<>> set_device_clock(ServicesPtr services, Call call) {
    auto task = read_device_clock(call.request.body);
    return maintain_with(std::move(services), std::move(call), std::move(task));
}

net::Awaitable<Outcome<>> change_device_password(ServicesPtr services, Call call) {
    auto task = read_device_password(call.request.body);
    return maintain_with(std::move(services), std::move(call), std::move(task));
}

net::Awaitable<Outcome<>> reboot_device(ServicesPtr services, Call call) {
    return maintain(std::move(services), call.granted, wire::RebootDevice{});
}

net::Awaitable<Outcome<>> set_device_imaging(ServicesPtr services, Call call) {
    auto task = read_device_imaging(call.request.body);
    return maintain_with(std::move(services), std::move(call), std::move(task));
}

net::Awaitable<Outcome<>> begin_firmware(ServicesPtr services, Call call) {
    const auto camera = call.granted.object().camera;
    const auto sender = call.credential;
    auto task = read_firmware(call.request.body);
    auto beginning = maintain_with(services, std::move(call), std::move(task));
    auto begun = co_await std::move(beginning);
    // What was asked for to begin (a second factor, a second person) was given to whoever has begun.
    if (begun && camera && sender) services->firmware_senders.insert_or_assign(*camera, *sender);
    co_return begun;
}

net::Awaitable<Outcome<>> upload_firmware(ServicesPtr services, Call call) {
    auto task = read_piece(call.request);
    const auto sender = services->firmware_senders.find(call.granted.object().camera.value_or(CameraId()));
    if (task && (sender == services->firmware_senders.end() || sender->second != call.credential))
        task = std::unexpected(Problem(
            Error{ErrorKind::conflict, "You have not begun to send a file to this camera; begin again"}));
    return maintain_with(std::move(services), std::move(call), std::move(task));
}

}  // namespace vedette::hub::api
