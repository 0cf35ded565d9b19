#pragma once
// The functions of FFmpeg's libraries that are used here. They are loaded in the decoder process alone: the
// main process, and programs that show no thumbnails, carry nothing of them.

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>
}

#include "base/result.hpp"

namespace vedette::gateway::decoder {

struct Libav {
    decltype(&::av_log_set_level) log_set_level;
    decltype(&::av_frame_alloc) frame_alloc;
    decltype(&::av_frame_free) frame_free;
    decltype(&::av_frame_get_buffer) frame_get_buffer;
    decltype(&::av_mallocz) mallocz;

    decltype(&::avcodec_find_decoder) find_decoder;
    decltype(&::avcodec_find_encoder) find_encoder;
    decltype(&::avcodec_alloc_context3) alloc_context;
    decltype(&::avcodec_free_context) free_context;
    decltype(&::avcodec_open2) open;
    decltype(&::avcodec_send_packet) send_packet;
    decltype(&::avcodec_receive_frame) receive_frame;
    decltype(&::avcodec_send_frame) send_frame;
    decltype(&::avcodec_receive_packet) receive_packet;
    decltype(&::av_packet_alloc) packet_alloc;
    decltype(&::av_packet_free) packet_free;
    decltype(&::av_new_packet) new_packet;

    decltype(&::sws_getContext) get_scaler;
    decltype(&::sws_freeContext) free_scaler;
    decltype(&::sws_getCoefficients) get_coefficients;
    decltype(&::sws_setColorspaceDetails) set_colorspace;
    decltype(&::sws_scale) scale;

    /// Opens the libraries of the versions that this was compiled for. unsupported: they are not installed.
    /// Before the sandbox: they are files.
    static Result<Libav> load();
};

}  // namespace vedette::gateway::decoder
