#pragma once

#include "base/result.hpp"

namespace vedette {

/// What is said wherever a camera does not take the credentials that it was given, over RTSP or ONVIF.
inline Error credentials_refused() {
    return {ErrorKind::unauthenticated, "the camera refuses the user name or the password"};
}

}  // namespace vedette
