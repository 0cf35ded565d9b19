#include "simulate/clip_signing.hpp"

#include <algorithm>
#include <utility>

#include "media_signing/signer.hpp"

namespace vedette::simulate {

namespace {

/// Behind the key picture of the last group.
constexpr std::size_t tampered_picture = 3;
constexpr std::size_t tampered_byte_from_end = 5;
/// Above what emulation prevention looks for, with and without it.
constexpr std::byte harmless_bit{0x20};

bool is_slice_of(const Clip& clip, ByteView unit) {
    return media::signed_unit(clip.codec, unit) == media::SignedUnit::slice;
}

std::size_t picture_to_tamper_with(const Clip& clip) {
    const auto last_key = std::ranges::find_if(clip.pictures.rbegin(), clip.pictures.rend(), &Picture::key);
    const auto index = static_cast<std::size_t>(clip.pictures.rend() - last_key) - 1;
    return std::min(index + tampered_picture, clip.pictures.size() - 1);
}

void change_slice(Clip& clip, Picture& picture) {
    const auto slice =
        std::ranges::find_if(picture.units, [&](ByteView unit) { return is_slice_of(clip, unit); });
    if (slice == picture.units.end() || slice->size() <= 2 * tampered_byte_from_end) return;
    Bytes& changed = clip.added.emplace_back(slice->begin(), slice->end());
    changed[changed.size() - tampered_byte_from_end] ^= harmless_bit;
    *slice = changed;
}

void put_in_front_of_slices(Clip& clip, Picture& picture, Bytes sei) {
    const auto slice = std::ranges::find_if(picture.units, [&](ByteView unit) {
        return media::signed_unit(clip.codec, unit) != media::SignedUnit::none;
    });
    clip.added.push_back(std::move(sei));
    picture.units.insert(slice, clip.added.back());
}

}  // namespace

Result<ClipSigning> parse_clip_signing(std::string_view scheme, std::string_view fault) {
    using Fault = ClipSigning::Fault;
    ClipSigning signing;
    if (scheme == "axis")
        signing.scheme = media::SigningScheme::axis;
    else if (scheme != "onvif")
        return fail(ErrorKind::invalid_input, "cameras sign by onvif or axis, not by {}", scheme);
    if (fault == "changed")
        signing.fault = Fault::changed;
    else if (fault == "dropped")
        signing.fault = Fault::dropped;
    else if (fault == "wrong-key")
        signing.fault = Fault::wrong_key;
    else if (!fault.empty())
        return fail(ErrorKind::invalid_input,
                    "{} is no fault of signatures: take changed, dropped or wrong-key", fault);
    return signing;
}

Result<> sign_clip(Clip& clip, const ClipSigning& signing) {
    const UtcTime now = SystemClock().utc_now();
    VEDETTE_TRY(auto identity, media_signing::make_signing_identity(signing.scheme, now));
    if (signing.fault == ClipSigning::Fault::wrong_key) {
        VEDETTE_TRY(auto other, media_signing::make_signing_identity(signing.scheme, now));
        identity.pem = std::move(other.pem);
    }
    media_signing::Signer signer(signing.scheme, clip.codec, identity);
    for (const Picture& picture : clip.pictures) (void)signer.picture(picture.units);
    clip.added.reserve(clip.pictures.size() + 1);
    for (Picture& picture : clip.pictures)
        if (auto sei = signer.picture(picture.units)) put_in_front_of_slices(clip, picture, std::move(*sei));
    const std::size_t tampered = picture_to_tamper_with(clip);
    if (signing.fault == ClipSigning::Fault::changed) change_slice(clip, clip.pictures[tampered]);
    if (signing.fault == ClipSigning::Fault::dropped && !clip.pictures[tampered].key)
        clip.pictures.erase(clip.pictures.begin() + static_cast<std::ptrdiff_t>(tampered));
    return {};
}

}  // namespace vedette::simulate
