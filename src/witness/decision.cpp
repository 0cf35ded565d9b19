#include "witness/decision.hpp"

#include "crypto/merkle_proof.hpp"

namespace vedette::witness {

namespace {

// Of sizes that fit to what was cosigned last.
std::optional<Refusal> refuse_tree(const crypto::Growth& growth, const KnownLog& known) {
    const crypto::Checkpoint& next = growth.checkpoint;
    if (next.size == 0 && next.root != crypto::merkle_root({}))
        return Refusal{422, "a log without entries has another root hash than this"};
    if (growth.old_size == 0) {
        if (!growth.proof.empty())
            return Refusal{422, "nothing has to be proven of a log that goes on from no entries"};
        // Of two empty trees the roots were compared above, each.
        return std::nullopt;
    }
    if (growth.old_size == next.size && known.last->root != next.root)
        return Refusal{
            422, fmt::format("another tree of {} entries was cosigned: this log was rewritten", next.size)};
    if (!crypto::is_consistent(growth.old_size, known.last->root, next.size, next.root, growth.proof))
        return Refusal{422, fmt::format("the proof does not lead from the {} entries that were cosigned to "
                                        "these {}: the log was rewritten, or the proof is wrong",
                                        growth.old_size, next.size)};
    return std::nullopt;
}

}  // namespace

std::optional<Refusal> refuse(const crypto::Growth& growth, const std::optional<KnownLog>& known) {
    if (!known) return Refusal{404, "nothing is known of a log of this origin"};
    if (const auto opened = crypto::open_checkpoint(growth.note, known->log); !opened)
        return Refusal{403, opened.error().message};
    if (growth.old_size > growth.checkpoint.size)
        return Refusal{400, "the old size is greater than the checkpoint's"};
    const std::uint64_t last_size = known->last ? known->last->size : 0;
    if (growth.old_size != last_size)
        return Refusal{409, fmt::format("the last checkpoint that was cosigned has {} entries", last_size),
                       last_size};
    return refuse_tree(growth, *known);
}

}  // namespace vedette::witness
