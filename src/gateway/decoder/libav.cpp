#include "gateway/decoder/libav.hpp"

#include <dlfcn.h>

namespace vedette::gateway::decoder {

namespace {

class Library {
  public:
    explicit Library(std::string name)
        : name_(std::move(name)), handle_(::dlopen(name_.c_str(), RTLD_NOW | RTLD_LOCAL)) {}
    Result<> is_there() const {
        if (handle_ != nullptr) return {};
        return fail(ErrorKind::unsupported, "{} is not installed: there are no thumbnails", name_);
    }
    template <class F>
    Result<> find(F& function, const char* symbol) const {
        function = reinterpret_cast<F>(::dlsym(handle_, symbol));
        if (function != nullptr) return {};
        return fail(ErrorKind::unsupported, "{} has no {}: there are no thumbnails", name_, symbol);
    }

  private:
    std::string name_;
    void* handle_;  // stays open
};

std::string versioned(std::string_view name, int major) {
    return fmt::format("{}.so.{}", name, major);
}

}  // namespace

Result<Libav> Libav::load() {
    const Library util(versioned("libavutil", LIBAVUTIL_VERSION_MAJOR));
    const Library codec(versioned("libavcodec", LIBAVCODEC_VERSION_MAJOR));
    const Library scaling(versioned("libswscale", LIBSWSCALE_VERSION_MAJOR));
    for (const Library* library : {&util, &codec, &scaling}) VEDETTE_CHECK(library->is_there());
    Libav av{};
    VEDETTE_CHECK(util.find(av.log_set_level, "av_log_set_level"));
    VEDETTE_CHECK(util.find(av.frame_alloc, "av_frame_alloc"));
    VEDETTE_CHECK(util.find(av.frame_free, "av_frame_free"));
    VEDETTE_CHECK(util.find(av.frame_get_buffer, "av_frame_get_buffer"));
    VEDETTE_CHECK(util.find(av.mallocz, "av_mallocz"));
    VEDETTE_CHECK(codec.find(av.find_decoder, "avcodec_find_decoder"));
    VEDETTE_CHECK(codec.find(av.find_encoder, "avcodec_find_encoder"));
    VEDETTE_CHECK(codec.find(av.alloc_context, "avcodec_alloc_context3"));
    VEDETTE_CHECK(codec.find(av.free_context, "avcodec_free_context"));
    VEDETTE_CHECK(codec.find(av.open, "avcodec_open2"));
    VEDETTE_CHECK(codec.find(av.send_packet, "avcodec_send_packet"));
    VEDETTE_CHECK(codec.find(av.receive_frame, "avcodec_receive_frame"));
    VEDETTE_CHECK(codec.find(av.send_frame, "avcodec_send_frame"));
    VEDETTE_CHECK(codec.find(av.receive_packet, "avcodec_receive_packet"));
    VEDETTE_CHECK(codec.find(av.packet_alloc, "av_packet_alloc"));
    VEDETTE_CHECK(codec.find(av.packet_free, "av_packet_free"));
    VEDETTE_CHECK(codec.find(av.new_packet, "av_new_packet"));
    VEDETTE_CHECK(scaling.find(av.get_scaler, "sws_getContext"));
    VEDETTE_CHECK(scaling.find(av.free_scaler, "sws_freeContext"));
    VEDETTE_CHECK(scaling.find(av.get_coefficients, "sws_getCoefficients"));
    VEDETTE_CHECK(scaling.find(av.set_colorspace, "sws_setColorspaceDetails"));
    VEDETTE_CHECK(scaling.find(av.scale, "sws_scale"));
    av.log_set_level(AV_LOG_QUIET);
    return av;
}

}  // namespace vedette::gateway::decoder
