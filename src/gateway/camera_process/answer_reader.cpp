#include "gateway/camera_process/answer_reader.hpp"

#include <cerrno>

#include <unistd.h>

#include "onvif/answers.hpp"

namespace vedette::gateway::camera_process {

namespace {

// With read(2) alone: nothing else is allowed here.
Result<Bytes> read_whole(const File& file, std::size_t size) {
    Bytes bytes(size);
    for (std::size_t have = 0; have < size;) {
        const ssize_t got = ::read(file.fd(), bytes.data() + have, size - have);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return fail(ErrorKind::corrupt, "an answer is shorter than was told");
        have += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace

Result<DeviceReply> read_device_answer(const ReadAnswer& command, const File& body) {
    if (!body.is_open() || command.size > onvif::max_answer_bytes)
        return fail(ErrorKind::corrupt, "an answer comes without its bytes");
    VEDETTE_TRY(const Bytes bytes, read_whole(body, command.size));
    auto reply = onvif::read_reply(command.question, as_text(bytes));
    if (!reply) return DeviceReply{.error = std::move(reply).error(), .reply = {}};
    DeviceReply report{.error = {}, .reply = std::move(*reply)};
    if (encode(SessionReport{command.session, report}).size() > max_report_bytes)
        return DeviceReply{.error = Error{ErrorKind::exhausted, "the camera says more than is taken"},
                           .reply = {}};
    return report;
}

}  // namespace vedette::gateway::camera_process
