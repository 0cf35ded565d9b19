#pragma once
// Between a channel and a viewer who may not hear everything: sound is cut out of the bytes, so that what is
// not to be heard is never sent.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/relay/channel.hpp"

namespace vedette::hub::relay {

/// The sink of a channel and, for the viewer, that channel. Passes on what it need not change without looking
/// at it. Use from the relay's executor.
class SoundGate final : public Sink, public Channel {
  public:
    enum class Form : std::uint8_t {
        stream,  ///< a new initialisation segment comes with each change of what is heard
        file,    ///< there is one initialisation segment, and hear() changes nothing
    };
    /// `sink` outlives it.
    SoundGate(Sink& sink, const Hearing& hearing, Form form) : sink_(&sink), hearing_(hearing), form_(form) {}
    ~SoundGate() override;
    SoundGate(const SoundGate&) = delete;
    SoundGate& operator=(const SoundGate&) = delete;

    /// The channel whose sink this is.
    void attach(std::unique_ptr<Channel> channel);

    // Channel
    void grant(std::uint32_t bytes) override;
    void tick() override {
        if (channel_) channel_->tick();
    }
    void hear(const Hearing& hearing) override;

    // Sink
    void on_init(const std::string& mime_type, const SharedBytes& segment) override;
    void on_media(const wire::ChannelMedia& media) override;
    void on_gap(const UtcInterval& interval, const std::string& reason) override;
    void on_end(const std::optional<Error>& error) override;
    std::size_t queued_bytes() const override { return sink_ ? sink_->queued_bytes() : 0; }

  private:
    bool heard(UtcTime at) const;
    /// What is without sound of the present initialisation segment. Error: corrupt, forbidden when nothing
    /// is left.
    Result<> prepare();
    /// Passes the initialisation segment on. False when nothing more may be touched.
    bool begin(bool with_sound);
    void end(const Error& error);
    void media_without_sound(const wire::ChannelMedia& media);
    void give_back(std::size_t bytes);

    Sink* sink_;
    Hearing hearing_;
    Form form_;
    std::unique_ptr<Channel> channel_;
    std::uint32_t early_credit_ = 0;  ///< granted before the channel was there
    std::string mime_type_;
    SharedBytes segment_;
    /// Of segment_; empty until somebody may not hear it.
    struct Silent {
        bool has_sound = false;  ///< else it is passed on as it is
        std::vector<std::uint8_t> kept;
        std::string mime_type;
        SharedBytes segment;
    };
    std::optional<Silent> silent_;
    std::optional<bool> with_sound_;  ///< how segment_ was passed on; nullopt: not yet
    /// A sink may let this go from within any call; then the flag is false.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vedette::hub::relay
