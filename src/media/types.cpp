#include "media/types.hpp"

namespace vedette::media {

std::string_view to_string(Codec codec) {
    switch (codec) {
        case Codec::h264:
            return "H.264";
        case Codec::aac:
            return "AAC";
    }
    return "unknown";
}

std::string_view to_string(StreamKind kind) {
    return kind == StreamKind::main ? "main" : "sub";
}

}  // namespace vedette::media
