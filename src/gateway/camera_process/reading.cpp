#include "gateway/camera_process/reading.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/camera_process/child.hpp"

namespace vedette::gateway::camera_process {

namespace {

// In a file without a name, that nobody changes any more. Its reader begins at the start.
Result<File> put_away(std::string_view text) {
    File file(::memfd_create("device-answer", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file.is_open()) return fail_errno(errno, "A device's answer can't be passed on");
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t wrote =
            ::pwrite(file.fd(), text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return fail_errno(errno, "A device's answer can't be passed on");
        done += static_cast<std::size_t>(wrote);
    }
    if (::fcntl(file.fd(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
        return fail_errno(errno, "A device's answer can't be passed on");
    return file;
}

}  // namespace

Result<> CameraProcess::Reading::take(Report report) {
    auto* answer = std::get_if<DeviceReply>(&report);
    const bool believable =
        answer != nullptr && !reply_ &&
        (answer->error ? onvif::may_answer(*answer->error) : onvif::may_answer(question_, answer->reply));
    if (!believable) return fail(ErrorKind::corrupt, "it reported an answer of a device that can't be so");
    if (answer->error)
        reply_ = std::unexpected(std::move(*answer->error));
    else
        reply_ = std::move(answer->reply);
    woken_.notify();
    return {};
}

void CameraProcess::Reading::end(Error error) {
    if (!reply_) reply_ = std::unexpected(std::move(error));
    woken_.notify();
}

net::Awaitable<Result<onvif::Reply>> CameraProcess::Reading::wait() {
    while (!reply_) co_await woken_.wait();
    co_return *std::move(reply_);
}

net::Awaitable<Result<onvif::Reply>> CameraProcess::read(onvif::Question question, std::string text) {
    if (text.size() > onvif::max_answer_bytes)
        co_return fail(ErrorKind::exhausted, "the answer has more than {} bytes", onvif::max_answer_bytes);
    while (running_ && readings_.size() >= max_questions) co_await reading_ended_.wait();
    if (!running_ || !child_ || child_->end)
        co_return fail(ErrorKind::internal, "the process that reads cameras is being started again");
    VEDETTE_CO_TRY(const File file, put_away(text));
    Reading reading(*this, next_session_++, std::move(question));
    const int files[] = {file.fd()};
    send(ReadAnswer{.session = reading.id(),
                    .question = reading.question(),
                    .size = static_cast<std::uint32_t>(text.size())},
         files);
    auto waiting = reading.wait();
    co_return co_await std::move(waiting);
}

// `suspect`: what was being read when it crashed.
void CameraProcess::end_readings(const std::string& why, SessionId suspect) {
    const Error ours{ErrorKind::internal,
                     "the process that reads cameras " + why + " before it had read the camera's answer"};
    const Error theirs{ErrorKind::internal,
                       "the process that reads cameras " + why + " while it read this camera's answer"};
    // They forget themselves when those who wait for them go on, which is later.
    for (const auto& [id, reading] : readings_) reading->end(id == suspect ? theirs : ours);
    reading_ended_.notify();
}

}  // namespace vedette::gateway::camera_process
