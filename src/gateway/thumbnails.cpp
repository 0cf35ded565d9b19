#include "gateway/thumbnails.hpp"

#include <algorithm>

namespace vedette::gateway {

namespace {

constexpr std::chrono::seconds idle_limit{10};

wire::Thumbnail to_wire(UtcTime time, ByteView jpeg) {
    return {.time = time, .jpeg = std::string(as_text(jpeg))};
}

struct Looked {
    KeyPicture picture;
    std::optional<Bytes> kept;
};

}  // namespace

Thumbnails::Thumbnails(boost::asio::any_io_executor executor, vault::Vault& vault, const Clock& clock)
    : executor_(executor), vault_(vault), clock_(clock), freed_(executor) {
    for (Slot& slot : slots_) slot.decoder.emplace(executor);
}

net::Awaitable<Result<wire::Thumbnail>> Thumbnails::get(vault::StreamKey stream, UtcTime at) {
    if (waiting_ >= max_waiting)
        co_return fail(ErrorKind::exhausted, "too many thumbnails are being made; try again in a moment");
    ++waiting_;
    const std::shared_ptr<void> done(nullptr, [this](void*) { --waiting_; });
    auto looking = net::run_blocking(pool_, [&vault = vault_, stream, at]() -> Result<Looked> {
        VEDETTE_TRY(KeyPicture picture, find_key_picture(vault, stream, at));
        auto kept = vault.find_thumbnail(*picture.fragment, picture.sample);
        return Looked{.picture = std::move(picture), .kept = std::move(kept)};
    });
    VEDETTE_CO_TRY(const Looked looked, co_await std::move(looking));
    if (looked.kept) co_return to_wire(looked.picture.time, *looked.kept);

    auto borrowing = borrow(stream.camera);
    Slot* const slot = co_await std::move(borrowing);
    const std::shared_ptr<void> back(nullptr, [this, slot](void*) { give_back(*slot); });
    auto reading = net::run_blocking(pool_, [picture = looked.picture] { return read_key_picture(picture); });
    VEDETTE_CO_TRY(const decoder::KeyFrame frame, co_await std::move(reading));
    auto decoding = slot->decoder->decode(frame, side);
    VEDETTE_CO_TRY(decoder::SmallPicture small, co_await std::move(decoding));
    const auto jpeg = std::make_shared<const Bytes>(std::move(small.jpeg));
    auto keeping = net::run_blocking(pool_, [&vault = vault_, picture = looked.picture, jpeg] {
        vault.keep_thumbnail(*picture.fragment, picture.sample, *jpeg);
        return true;
    });
    co_await std::move(keeping);
    co_return to_wire(looked.picture.time, *jpeg);
}

net::Awaitable<Thumbnails::Slot*> Thumbnails::borrow(CameraId camera) {
    for (;;) {
        Slot* best = nullptr;
        for (Slot& slot : slots_) {
            if (slot.busy) continue;
            if (slot.camera == camera) {
                best = &slot;
                break;
            }
            if (best == nullptr || slot.used < best->used) best = &slot;
        }
        if (best != nullptr) {
            if (best->camera != camera) best->decoder->end();
            best->camera = camera;
            best->busy = true;
            co_return best;
        }
        co_await freed_.wait();
    }
}

void Thumbnails::give_back(Slot& slot) {
    slot.busy = false;
    slot.used = clock_.monotonic_now();
    freed_.notify();
}

void Thumbnails::tick() {
    for (Slot& slot : slots_)
        if (!slot.busy && slot.decoder->is_running() && clock_.monotonic_now() - slot.used > idle_limit)
            slot.decoder->end();
}

void Thumbnails::stop() {
    for (Slot& slot : slots_) slot.decoder->end();
    pool_.join();
}

}  // namespace vedette::gateway
