#pragma once
// Live recordings and what was fetched later, as one. Whole fragments are chosen; nothing is cut.

#include "gateway/vault/fetched.hpp"

namespace vedette::vault {

/// Where both have the same time the live fragment is taken, but for one: a fetched group of pictures that
/// begins where a live fragment does and goes on longer stands in its place, so that the pictures behind it
/// have their key frame.
class Merge {
  public:
    Merge(StreamCursor live, FetchedCursor fetched)
        : live_{std::move(live), {}, {}}, fetched_{std::move(fetched), {}, {}} {}
    /// As Cursor::next().
    Result<std::optional<PlayItem>> next();

  private:
    template <class Source>
    struct Side {
        Source source;
        std::optional<PlayItem> head;
        std::optional<PlayInit> init;  ///< of the run that the head is of
    };
    template <class Source>
    static Result<> fill(Side<Source>& side);
    template <class Source>
    PlayItem take(Side<Source>& side);
    PlayItem beside_gap(PlayGap& gap, UtcInterval fetched);

    Side<StreamCursor> live_;
    Side<FetchedCursor> fetched_;
    std::optional<std::uint64_t> run_;  ///< whose init was given last
    std::optional<PlayItem> waiting_;
    std::optional<UtcTime> given_until_;
};

}  // namespace vedette::vault
