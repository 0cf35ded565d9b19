#include "gateway/devices/device_line.hpp"

#include "gateway/camera_process/hand_over.hpp"

namespace vedette::gateway::devices {

namespace {

constexpr std::uint64_t max_waiting = 32;

}  // namespace

// A place in the row; given back also when the one who waits is cancelled.
class DeviceLine::Turn {
  public:
    explicit Turn(DeviceLine& line) : line_(line), ticket_(++line.last_ticket_) {}
    ~Turn() { line_.leave(ticket_); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool has_come() const { return line_.serving_ == ticket_; }

  private:
    DeviceLine& line_;
    std::uint64_t ticket_;
};

DeviceLine::DeviceLine(const boost::asio::any_io_executor& executor, const Clock& clock,
                       CameraProcess& process, onvif::DeviceAccess access, TrustBook trust)
    : clock_(clock),
      process_(process),
      carrier_(access, clock, process, std::move(trust)),
      session_(access.duplicate()),
      next_(executor) {}

void DeviceLine::leave(std::uint64_t ticket) {
    given_up_.insert(ticket);
    while (given_up_.erase(serving_) > 0) ++serving_;
    next_.notify();
}

net::Awaitable<Result<onvif::CommandAnswer>> DeviceLine::run(onvif::Command command) {
    const auto self = shared_from_this();
    if (last_ticket_ + 1 - serving_ >= max_waiting)
        co_return fail(ErrorKind::exhausted,
                       "the camera is still busy with earlier commands; try again in a moment");
    const Turn turn(*this);
    while (!turn.has_come()) co_await next_.wait();
    auto conversing = converse(std::move(command));
    co_return co_await std::move(conversing);
}

net::Awaitable<Result<onvif::CommandAnswer>> DeviceLine::converse(onvif::Command command) {
    session_.begin(std::move(command));
    while (auto call = session_.next(clock_.utc_now())) {
        onvif::Question question = call->question;
        auto posting = carrier_.post(*std::move(call));
        auto answer = co_await std::move(posting);
        auto handing = hand_over(process_, clock_, session_, std::move(question), std::move(answer));
        co_await std::move(handing);
    }
    co_return session_.take_result();
}

}  // namespace vedette::gateway::devices
