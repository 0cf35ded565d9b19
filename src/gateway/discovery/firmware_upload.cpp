#include "gateway/discovery/device_care.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway::discovery {

namespace {

constexpr std::chrono::seconds longest_delay{60};
constexpr std::chrono::seconds piece_limit{60};
/// The device checks and writes the file before it answers.
constexpr std::chrono::seconds answer_limit{180};
constexpr net::HttpClientLimits limits{.header_bytes = 16 * 1024, .body_bytes = 64 * 1024};

}  // namespace

FirmwareUpload::FirmwareUpload(DeviceAccess access, const Clock& clock, CameraProcess& process)
    : client_(std::move(access), clock, process) {}

net::Awaitable<Result<>> FirmwareUpload::begin(std::uint64_t bytes, bool allow_in_clear) {
    if (bytes == 0 || bytes > max_firmware_bytes)
        co_return fail(ErrorKind::invalid_input, "bytes: a firmware file has 1 byte to 1 GiB");
    if (!client_.access().place.secure && !allow_in_clear)
        co_return fail(
            ErrorKind::invalid_input,
            "allow_in_clear: the camera is asked without encryption, so the file could be exchanged on "
            "its way; switch on HTTPS in the camera, or allow it");
    auto asking = client_.ask_for<onvif::FirmwareUpgrade>({}, onvif::start_firmware_upgrade(),
                                                          {.asked = onvif::Asked::firmware_upgrade});
    VEDETTE_CO_TRY(const onvif::FirmwareUpgrade upgrade, co_await std::move(asking));
    // Unlike other addresses, one that leads elsewhere is no habit of cameras behind address translation.
    const auto address = onvif::parse_address(upgrade.upload_address);
    if (!address || address->host != client_.access().host)
        co_return fail(
            ErrorKind::forbidden,
            "the camera wants its firmware sent to {}, which is not its own address; nothing was sent",
            address ? address->host : "an address that can't be read");
    down_time_ = upgrade.down_time;
    co_await net::sleep_for(std::min<std::chrono::seconds>(upgrade.delay, longest_delay));
    const onvif::Place place = onvif::place_of(upgrade.upload_address, client_.access().place);
    auto opening = client_.open(place);
    VEDETTE_CO_TRY(stream_, co_await std::move(opening));
    bytes_ = bytes;
    std::string head = fmt::format(
        "POST {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n"
        "Content-Length: {}\r\n",
        place.path, client_.host_header(place), bytes);
    if (const auto authorization = client_.authorize(net::Method::post, place.path))
        head += fmt::format("Authorization: {}\r\n", *authorization);
    head += "\r\n";
    auto writing = write(head);
    co_return co_await std::move(writing);
}

net::Awaitable<Result<>> FirmwareUpload::write(std::string_view text) {
    auto writing = stream_.write_all(as_bytes(text));
    co_return co_await net::with_timeout(piece_limit, "the camera takes no more of the file",
                                         std::move(writing));
}

net::Awaitable<Result<>> FirmwareUpload::send(std::uint64_t offset, std::string piece) {
    if (offset != sent_ || piece.empty() || piece.size() > bytes_ - sent_)
        co_return fail(ErrorKind::conflict, "offset: {} bytes of {} have come so far", sent_, bytes_);
    auto writing = write(piece);
    VEDETTE_CO_CHECK(co_await std::move(writing));
    sent_ += piece.size();
    if (sent_ < bytes_) co_return Result<>{};
    auto finishing = finish();
    co_return co_await std::move(finishing);
}

net::Awaitable<Result<>> FirmwareUpload::finish() {
    auto reading = net::read_http_answer(stream_, limits);
    auto answered = co_await net::with_timeout(
        answer_limit, "the camera has the file and says nothing about it", std::move(reading));
    if (!answered) co_return std::unexpected(std::move(answered).error());
    if (answered->status == 200 || answered->status == 202 || answered->status == 204) co_return Result<>{};
    if (answered->status == 401)
        co_return fail(ErrorKind::unauthenticated,
                       "the camera refuses the upload: this account may not do it");
    if (answered->status == 415)
        co_return fail(ErrorKind::unsupported,
                       "the camera refuses the file: it is no firmware for this model");
    co_return fail(ErrorKind::unavailable, "the camera refuses the file (HTTP status {})", answered->status);
}

}  // namespace vedette::gateway::discovery
