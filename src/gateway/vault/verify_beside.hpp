#pragma once
// What a verification says of the files beside the recordings: keys and index. Neither is signed, and neither
// is needed for the proof; but a recording that can't be opened or found is of no use.

#include <set>

#include "gateway/vault/index.hpp"
#include "gateway/vault/keys.hpp"

namespace vedette::vault {

/// Whether the day keys are there that the recordings were sealed with. Without the right to read the keys
/// nothing is checked.
class KeyCheck {
  public:
    /// `secrets` is asked for what a key slot takes; null: nobody is.
    KeyCheck(const Layout& layout, keystore::Secrets* secrets);

    /// A sentence on why nothing is checked, for people; empty when the keys are.
    const std::string& skipped() const { return skipped_; }
    /// A sentence when the keys are there and damaged.
    const std::string& fault() const { return fault_; }
    /// The public key that belongs to them; empty when it is not known.
    std::string vkey() const;
    /// Why recordings of that camera and day can't be opened; empty when they can, nothing is checked, or it
    /// was said before.
    std::string check(CameraId camera, std::int32_t day);

  private:
    void note(const Error& error);

    std::unique_ptr<KeyStore> keys_;
    std::string skipped_;
    std::string fault_;
    std::set<std::pair<CameraId, std::int32_t>> seen_;
};

/// Whether the index says of a segment what the log says.
class IndexCheck {
  public:
    explicit IndexCheck(const Layout& layout);

    const std::map<CameraId, std::string>& names() const { return names_; }
    /// Where the segment lies; nullopt when the index does not know it.
    std::optional<PlaceNumber> place_of(const SegmentId& id) const;
    /// By id or name. not_found; conflict when two have the name.
    Result<CameraId> find_camera(const std::string& text) const;
    /// A sentence for people when there is no index that can be read; empty when there is.
    const std::string& skipped() const { return skipped_; }
    /// `signed_rows`: what the log says. `may_go_on`: records were signed behind them meanwhile. A sentence,
    /// or empty when the two agree.
    std::string check(const SegmentId& id, const std::vector<RecordRow>& signed_rows, bool may_go_on);

  private:
    std::unique_ptr<Index> index_;
    std::map<CameraId, std::string> names_;
    std::string skipped_;
};

}  // namespace vedette::vault
