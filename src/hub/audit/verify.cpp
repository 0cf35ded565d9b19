#include "hub/audit/verify.hpp"

#include "base/file.hpp"
#include "crypto/tile_log.hpp"
#include "hub/audit/book.hpp"
#include "hub/audit/personal_sealer.hpp"
#include "hub/audit/verify_tree.hpp"

namespace vedette::hub::audit {

namespace {

class Verification {
  public:
    Verification(const Layout& layout, const VerifyOptions& options,
                 const std::function<void(const Fault&)>& on_fault)
        : layout_(layout), options_(options), on_fault_(on_fault) {}

    Result<VerifyReport> run() {
        VEDETTE_CHECK(require_file(layout_.database()));
        VEDETTE_CHECK(read_keys());
        TreeCheck tree(layout_.tree(), verifier_, [this](Fault fault) { tell(std::move(fault)); });
        VEDETTE_CHECK(tree.read_checkpoint(options_));
        // After the checkpoint: what is signed has its row.
        VEDETTE_TRY(Book book, Book::open(layout_.database(), store::Access::read_only));
        VEDETTE_CHECK(book.begin_snapshot());
        VEDETTE_TRY(const std::uint64_t end, book.end());
        VEDETTE_CHECK(tree.compare(book, end));
        report_.checkpoint = tree.checkpoint();
        report_.vouched = tree.vouched();
        report_.entries = tree.size();
        report_.unsigned_tail = end > tree.size() ? end - tree.size() : 0;
        VEDETTE_CHECK(check_rows(book, tree));
        return std::move(report_);
    }

  private:
    void tell(Fault fault) {
        ++report_.faults;
        on_fault_(fault);
    }

    Result<> read_keys() {
        std::string text;
        if (options_.vkey) {
            text = *options_.vkey;
        } else if (const auto bytes = read_file(layout_.vkey(), 4096)) {
            text = as_text(*bytes);
        } else {
            tell({{},
                  {},
                  "the public key",
                  "It can't be read, so no signature can be checked: " + bytes.error().message + "."});
        }
        if (text.ends_with('\n')) text.pop_back();
        if (!text.empty()) {
            auto verifier = crypto::NoteVerifier::parse(text);
            if (!verifier && options_.vkey) return std::unexpected(verifier.error());
            if (verifier)
                verifier_ = std::move(*verifier);
            else
                tell({{},
                      {},
                      "the public key",
                      "It was altered, so no signature can be checked: " + verifier.error().message + "."});
        }
        report_.vkey = text;
        auto sealer = PersonalSealer::open_existing(layout_);
        if (sealer)
            sealer_ = std::move(*sealer);
        else
            report_.personal = sealer.error().message;
        return {};
    }

    // Rows that are as they were signed: do columns and personal parts fit to them, and what do they say?
    Result<> check_rows(Book& book, const TreeCheck& tree) {
        std::uint64_t erased_before = 0;
        std::vector<std::pair<std::uint64_t, UtcTime>> without_personal;
        VEDETTE_CHECK(book.for_each(0, tree.size(), [&](const Row& row) -> Result<> {
            if (tree.is_altered(row.sequence)) return {};
            const auto leaf = parse_leaf(row.leaf);
            if (!leaf) {
                tell({row.sequence, {}, "", fmt::format("It can't be read: {}.", leaf.error().message)});
                return {};
            }
            const UtcTime time = leaf->facts.time;
            if (!report_.first) report_.first = time;
            report_.last = time;
            if (leaf->sequence != row.sequence)
                tell({row.sequence, time, "",
                      fmt::format("It was signed as entry {}: entries were put into another order.",
                                  leaf->sequence)});
            if (leaf->facts.kind == Kind::alarm)
                tell({row.sequence, time, "",
                      fmt::format("The hub itself found the log damaged then ({}).", leaf->facts.reason)});
            if (leaf->facts.kind == Kind::erasure)
                erased_before = std::max(erased_before, leaf->facts.about.value_or(0));
            VEDETTE_TRY(const auto agree, book.columns_agree(*leaf));
            if (!agree.value_or(true))
                tell({row.sequence, time, "",
                      "A column that is searched by was altered: it says something else than what was "
                      "signed."});
            if (!row.personal_sealed || !check_personal(row, *leaf))
                without_personal.emplace_back(row.sequence, time);
            return {};
        }));
        for (const auto& [sequence, time] : without_personal) {
            if (sequence < erased_before)
                ++report_.erased;
            else
                tell({sequence, time, "",
                      "Its name, address and details were removed, or their day's secret was, and no entry "
                      "says "
                      "that they were erased."});
        }
        return {};
    }

    // False: it is as good as erased.
    bool check_personal(const Row& row, const Leaf& leaf) {
        if (!sealer_) return true;
        const auto personal = sealer_->unseal(row);
        if (!personal && personal.error().kind == ErrorKind::not_found) return false;
        if (!personal)
            tell({row.sequence, leaf.facts.time, "",
                  "Its name, address and details can't be opened: they were altered, or moved here from "
                  "another entry."});
        else if (crypto::sha256(*personal) != leaf.commitment)
            tell({row.sequence, leaf.facts.time, "",
                  "Its name, address or details are not those that were signed."});
        return true;
    }

    const Layout& layout_;
    const VerifyOptions& options_;
    const std::function<void(const Fault&)>& on_fault_;
    std::optional<crypto::NoteVerifier> verifier_;
    std::shared_ptr<PersonalSealer> sealer_;
    VerifyReport report_;
};

}  // namespace

std::string to_text(const Fault& fault) {
    std::string subject = fault.place;
    if (fault.sequence) subject = fmt::format("entry {}", *fault.sequence);
    if (fault.time) subject += " of " + to_rfc3339(*fault.time);
    return fmt::format("{}: {}", subject, fault.reason);
}

Result<VerifyReport> verify(const Layout& layout, const VerifyOptions& options,
                            const std::function<void(const Fault&)>& on_fault) {
    return Verification(layout, options, on_fault).run();
}

}  // namespace vedette::hub::audit
