#include "crypto/kept_checkpoints.hpp"

#include "base/time.hpp"

namespace vedette::crypto {

namespace {

std::string cosigning_time(std::uint64_t unix_seconds) {
    return to_rfc3339(from_unix_seconds(static_cast<std::int64_t>(unix_seconds)));
}

}  // namespace

Result<> KeptCheckpoints::add_copy(std::string_view note, const NoteVerifier& log) {
    auto checkpoint = open_checkpoint(note, log);
    if (!checkpoint)
        return fail(
            ErrorKind::invalid_input,
            "the checkpoint that you kept is none of this log ({}): it is another log's, or the key of "
            "this one was exchanged",
            checkpoint.error().message);
    kept_.push_back({std::move(*checkpoint), "", 0, false});
    return {};
}

Result<> KeptCheckpoints::add_witnessed(const Witnessing& witnessing, const NoteVerifier& log) {
    if (witnessing.note.empty())
        return fail(ErrorKind::not_found, "there is no checkpoint of this log that {} cosigned",
                    witnessing.witness.name);
    VEDETTE_TRY(const std::uint64_t time, cosigned_at(witnessing.note, witnessing.witness));
    VEDETTE_TRY(Checkpoint checkpoint, open_checkpoint(witnessing.note, log));
    kept_.push_back({std::move(checkpoint), witnessing.witness.name, time, false});
    return {};
}

void KeptCheckpoints::compare(const MerkleFrontier& reading) {
    for (Kept& kept : kept_)
        if (!kept.is_good && kept.checkpoint.size == reading.size())
            kept.is_good = reading.root() == kept.checkpoint.root;
}

std::vector<std::string> KeptCheckpoints::faults(std::uint64_t size) const {
    std::vector<std::string> faults;
    for (const Kept& kept : kept_)
        if (!kept.is_good) faults.push_back(fault(kept, size));
    return faults;
}

std::string KeptCheckpoints::fault(const Kept& kept, std::uint64_t size) const {
    const std::uint64_t signed_size = kept.checkpoint.size;
    const bool is_shorter = signed_size > size;
    if (kept.witness.empty())
        return is_shorter ? fmt::format(
                                "It has {} entries, and had {} when the checkpoint that you kept was signed: "
                                "its end was cut off at entry {}, or it was begun anew.",
                                size, signed_size, size)
                          : fmt::format(
                                "Its first {} entries are not those that the checkpoint that you kept was "
                                "signed for: what was there then was altered, and signed anew.",
                                signed_size);
    const std::string seen = fmt::format("The witness {} saw {} entries at {}", kept.witness, signed_size,
                                         cosigning_time(kept.cosigned_at));
    return is_shorter ? fmt::format(
                            "{}, and it has {} now: its end was cut off, or an older copy of it was "
                            "put back, with the key that signs.",
                            seen, size)
                      : fmt::format(
                            "{}, and these are not the first {} of now: what was there then was "
                            "rewritten, and signed anew with the key that signs.",
                            seen, signed_size);
}

std::string KeptCheckpoints::vouched() const {
    for (const Kept& kept : kept_)
        if (kept.is_good && !kept.witness.empty())
            return fmt::format("{} saw {} entries at {}, and the log goes on from them", kept.witness,
                               kept.checkpoint.size, cosigning_time(kept.cosigned_at));
    return "";
}

}  // namespace vedette::crypto
