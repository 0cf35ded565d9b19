#include "gateway/decoder/picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <tuple>
#include <utility>

#include "gateway/decoder/libav.hpp"

namespace vedette::gateway::decoder {

namespace {

constexpr int jpeg_quality = 4;  // of mjpeg's scale from 1, the best, to 31
constexpr int bt601 = SWS_CS_ITU601;

template <class T>
using Owned = std::unique_ptr<T, std::function<void(T*)>>;

Owned<AVCodecContext> own(const Libav& av, AVCodecContext* context) {
    return {context, [&av](AVCodecContext* one) { av.free_context(&one); }};
}
Owned<AVFrame> new_frame(const Libav& av) {
    return {av.frame_alloc(), [&av](AVFrame* one) { av.frame_free(&one); }};
}
Owned<AVPacket> new_packet(const Libav& av) {
    return {av.packet_alloc(), [&av](AVPacket* one) { av.packet_free(&one); }};
}

AVCodecID id_of(media::Codec codec) {
    switch (codec) {
        case media::Codec::h264:
            return AV_CODEC_ID_H264;
        case media::Codec::h265:
            return AV_CODEC_ID_HEVC;
        case media::Codec::av1:
            return AV_CODEC_ID_AV1;
        case media::Codec::mjpeg:
            return AV_CODEC_ID_MJPEG;
        default:
            return AV_CODEC_ID_NONE;
    }
}

std::unexpected<Error> no_picture() {
    return fail(ErrorKind::corrupt, "the picture can't be decoded");
}

Result<Owned<AVFrame>> decode(const Libav& av, media::Codec codec, ByteView config, ByteView data) {
    const AVCodec* const decoder = av.find_decoder(id_of(codec));
    if (decoder == nullptr)
        return fail(ErrorKind::unsupported, "there is no decoder for {}", media::to_string(codec));
    const auto context = own(av, av.alloc_context(decoder));
    const auto packet = new_packet(av);
    auto frame = new_frame(av);
    if (!context || !packet || !frame) return fail(ErrorKind::exhausted, "no memory for a decoder");
    context->thread_count = 1;  // the sandbox has no second thread
    context->max_pixels = max_decoded_pixels;
    context->flags |= AV_CODEC_FLAG_LOW_DELAY;
    if (!config.empty()) {
        context->extradata =
            static_cast<std::uint8_t*>(av.mallocz(config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
        if (context->extradata == nullptr) return fail(ErrorKind::exhausted, "no memory for a decoder");
        std::memcpy(context->extradata, config.data(), config.size());
        context->extradata_size = static_cast<int>(config.size());
    }
    if (av.open(context.get(), decoder, nullptr) != 0) return no_picture();
    if (av.new_packet(packet.get(), static_cast<int>(data.size())) != 0)
        return fail(ErrorKind::exhausted, "no memory for a picture");
    std::memcpy(packet->data, data.data(), data.size());
    packet->flags |= AV_PKT_FLAG_KEY;
    // Nothing follows: what a decoder holds back comes out at the end.
    if (av.send_packet(context.get(), packet.get()) != 0) return no_picture();
    static_cast<void>(av.send_packet(context.get(), nullptr));
    if (av.receive_frame(context.get(), frame.get()) != 0) return no_picture();
    if (frame->width <= 0 || frame->height <= 0 || frame->format < 0) return no_picture();
    return frame;
}

// As it is to be seen: pixels need not be square.
std::pair<int, int> small_size(const AVFrame& frame, int side) {
    double width = frame.width;
    const AVRational shape = frame.sample_aspect_ratio;
    if (shape.num > 0 && shape.den > 0) width = width * shape.num / shape.den;
    const double height = frame.height;
    const double factor = std::min(1.0, side / std::max(width, height));
    const auto even = [&](double length) {
        return std::clamp(static_cast<int>(std::lround(length * factor / 2)) * 2, 2, side);
    };
    return {even(width), even(height)};
}

int colours_of(const AVFrame& frame) {
    constexpr int high_definition = 720;
    if (frame.colorspace == AVCOL_SPC_RGB) return bt601;
    if (frame.colorspace != AVCOL_SPC_UNSPECIFIED) return frame.colorspace;
    return frame.height >= high_definition ? SWS_CS_ITU709 : bt601;
}

// JPEG files have the colours of BT.601 in their full range.
Result<Owned<AVFrame>> shrink(const Libav& av, const AVFrame& frame, int side) {
    auto small = new_frame(av);
    if (!small) return fail(ErrorKind::exhausted, "no memory for a picture");
    std::tie(small->width, small->height) = small_size(frame, side);
    small->format = AV_PIX_FMT_YUVJ420P;
    if (av.frame_get_buffer(small.get(), 0) != 0)
        return fail(ErrorKind::exhausted, "no memory for a picture");
    const Owned<SwsContext> scaler(
        av.get_scaler(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), small->width,
                      small->height, AV_PIX_FMT_YUVJ420P, SWS_AREA | SWS_ACCURATE_RND, nullptr, nullptr,
                      nullptr),
        [&av](SwsContext* one) { av.free_scaler(one); });
    if (!scaler) return no_picture();
    const bool full_range = frame.color_range == AVCOL_RANGE_JPEG;
    constexpr int one = 1 << 16;
    static_cast<void>(av.set_colorspace(scaler.get(), av.get_coefficients(colours_of(frame)),
                                        full_range ? 1 : 0, av.get_coefficients(bt601), 1, 0, one, one));
    if (av.scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, small->data, small->linesize) !=
        small->height)
        return no_picture();
    return small;
}

Result<Bytes> encode(const Libav& av, AVFrame& frame) {
    const AVCodec* const encoder = av.find_encoder(AV_CODEC_ID_MJPEG);
    if (encoder == nullptr) return fail(ErrorKind::unsupported, "there is no encoder for JPEG");
    const auto context = own(av, av.alloc_context(encoder));
    const auto packet = new_packet(av);
    if (!context || !packet) return fail(ErrorKind::exhausted, "no memory for a picture");
    context->thread_count = 1;
    context->width = frame.width;
    context->height = frame.height;
    context->pix_fmt = AV_PIX_FMT_YUVJ420P;
    context->time_base = {.num = 1, .den = 25};
    context->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
    context->global_quality = FF_QP2LAMBDA * jpeg_quality;
    frame.quality = context->global_quality;
    frame.pts = 0;
    if (av.open(context.get(), encoder, nullptr) != 0 || av.send_frame(context.get(), &frame) != 0 ||
        av.receive_packet(context.get(), packet.get()) != 0)
        return fail(ErrorKind::internal, "the picture can't be made small");
    const ByteView jpeg = std::as_bytes(std::span(packet->data, static_cast<std::size_t>(packet->size)));
    return Bytes(jpeg.begin(), jpeg.end());
}

}  // namespace

Result<SmallPicture> make_picture(const Libav& av, const Order& order, ByteView config, ByteView data) {
    VEDETTE_TRY(const auto frame, decode(av, order.codec, config, data));
    VEDETTE_TRY(const auto small, shrink(av, *frame, order.side));
    VEDETTE_TRY(Bytes jpeg, encode(av, *small));
    return SmallPicture{.width = static_cast<std::uint16_t>(small->width),
                        .height = static_cast<std::uint16_t>(small->height),
                        .jpeg = std::move(jpeg)};
}

}  // namespace vedette::gateway::decoder
