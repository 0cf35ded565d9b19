#include "onvif/sign_in.hpp"

#include "base/credentials_refused.hpp"
#include "onvif/soap.hpp"

namespace vedette::onvif {

SignIn::SignIn(std::string username, Secret password)
    : username_(std::move(username)), password_(std::move(password)) {}

std::string SignIn::header(UtcTime now) const {
    return has_credentials() ? write_security(username_, password_, now + clock_offset()) : std::string();
}

bool SignIn::on_time(const DeviceTime& time, UtcTime now) {
    const Ticks90k refused = clock_offset();
    offsets_ = clock_offsets(time, now);
    chosen_ = 0;
    needs_clock_ = false;
    return !read_again_ || std::chrono::abs(offsets_.front() - refused) >= noticeable_offset;
}

bool SignIn::on_no_time() {
    needs_clock_ = false;
    return !read_again_;
}

std::optional<Error> SignIn::on_refused() {
    if (!has_credentials())
        return Error{ErrorKind::unauthenticated, "the camera asks for a user name and password"};
    if (chosen_ + 1 < offsets_.size()) {
        ++chosen_;
        return std::nullopt;
    }
    if (read_again_) return credentials_refused();
    read_again_ = true;
    needs_clock_ = true;
    return std::nullopt;
}

}  // namespace vedette::onvif
