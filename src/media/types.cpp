#include "media/types.hpp"

namespace vedette::media {

std::string_view to_string(Codec codec) {
    switch (codec) {
        case Codec::h264:
            return "H.264";
        case Codec::h265:
            return "H.265";
        case Codec::mjpeg:
            return "MJPEG";
        case Codec::av1:
            return "AV1";
        case Codec::aac:
            return "AAC";
        case Codec::opus:
            return "Opus";
        case Codec::pcmu:
            return "G.711 mu-law";
        case Codec::pcma:
            return "G.711 A-law";
        case Codec::l16:
            return "L16";
        case Codec::g726:
            return "G.726";
        case Codec::onvif_metadata:
            return "ONVIF metadata";
    }
    return "unknown";
}

std::string_view to_string(StreamKind kind) {
    return kind == StreamKind::main ? "main" : "sub";
}

TrackParameters onvif_metadata_track() {
    TrackParameters track;
    track.codec = Codec::onvif_metadata;
    track.rfc6381 = "metx";
    return track;
}

}  // namespace vedette::media
