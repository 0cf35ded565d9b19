#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "app/commands.hpp"
#include "app/witnessing.hpp"
#include "base/file.hpp"
#include "base/hex.hpp"
#include "gateway/archive/s3_store.hpp"
#include "gateway/vault/prove.hpp"
#include "gateway/vault/tools.hpp"
#include "gateway/vault/verify.hpp"
#include "keystore/ask.hpp"

namespace vedette::app {

namespace {

struct VaultArguments {
    std::string folder;
    std::string vkey;
    std::string checkpoint;
    std::string witness;
    std::string camera;
    std::string from;
    std::string to;
    std::string at;
    std::uint64_t from_size = 0;
    bool fast = false;
    bool sub = false;
};

std::string amount(std::uint64_t bytes) {
    if (bytes < 1'000'000) return fmt::format("{} bytes", bytes);
    if (bytes < 1'000'000'000)
        return fmt::format("{:.1f} MB ({} bytes)", static_cast<double>(bytes) / 1e6, bytes);
    return fmt::format("{:.1f} GB ({} bytes)", static_cast<double>(bytes) / 1e9, bytes);
}

// 1:05:30 (hours, minutes, seconds)
std::string length(Ticks90k duration) {
    const auto seconds = std::chrono::round<std::chrono::seconds>(duration).count();
    return fmt::format("{}:{:02}:{:02} h", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string plural(std::uint64_t count, std::string_view one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

void print_signers(const std::vector<vault::SignedStretch>& signed_by) {
    bool is_first = true;
    for (const vault::SignedStretch& stretch : signed_by) {
        const std::string place =
            signed_by.size() == 1 ? ""
                                  : fmt::format("entries {} to {}{}: ", stretch.first, stretch.end - 1,
                                                stretch.since ? ", since " + to_rfc3339(*stretch.since) : "");
        fmt::print("{:<12}{}{}\n", std::exchange(is_first, false) ? "signed by" : "", place,
                   vault::describe(stretch));
        if (!stretch.vkey.empty()) fmt::print("{:<12}{}\n", "", stretch.vkey);
    }
}

// What the cameras' own signatures were worth, as it was recorded.
void print_signatures(const vault::VerifyReport& report) {
    std::string_view label = "signatures";
    for (const auto& [signature, count] : report.by_signature)
        fmt::print("{:<12}{} by the camera itself: {}\n", std::exchange(label, ""), plural(count, "fragment"),
                   to_string(signature));
    for (const vault::NotAuthentic& stretch : report.not_authentic) {
        const std::string name =
            stretch.camera_name.empty() ? "" : fmt::format(" \"{}\"", stretch.camera_name);
        fmt::print("{:<12}NOT AUTHENTIC: {}{}, {}: {}, key {}\n", "", describe(stretch.stream), name,
                   vault::to_text(stretch.interval), plural(stretch.fragments, "fragment"),
                   to_hex(stretch.signer_key));
    }
    if (report.not_authentic_stretches > report.not_authentic.size())
        fmt::print("{:<12}and {} more such stretches\n", "",
                   report.not_authentic_stretches - report.not_authentic.size());
}

constexpr std::size_t steps_told = 20;

// What happened to the recorder as a whole.
void print_events(const vault::VerifyReport& report) {
    if (report.starts > 0)
        fmt::print("{:<12}{} of the recorder, {} after it was not stopped in good order\n", "starts",
                   report.starts, report.cut_off);
    if (report.steps.empty()) return;
    fmt::print("{:<12}{}\n", "clock", plural(report.steps.size(), "step"));
    const std::size_t first = report.steps.size() - std::min(report.steps.size(), steps_told);
    for (std::size_t i = first; i < report.steps.size(); ++i)
        fmt::print("{:<12}{}\n", "", vault::describe(vault::RecorderEvent(report.steps[i])));
}

void print_report(const vault::VerifyReport& report, bool fast) {
    const auto line = [](std::string_view label, const std::string& text) {
        fmt::print("{:<12}{}\n", label, text);
    };
    line("fragments", fmt::format("{} in {} of {}", report.fragments, plural(report.files, "file"),
                                  plural(report.streams, "camera stream")));
    if (report.fetched > 0)
        line("fetched", fmt::format("{} of them, later, from the cameras' own storage", report.fetched));
    if (report.light > 0)
        line("light", fmt::format("{} of them partially encrypted: parts of their picture data lie in clear",
                                  report.light));
    print_signatures(report);
    line("bytes", amount(report.bytes));
    if (fast) line("", "their headers and places; the bytes of picture and sound were not read");
    line("gaps", fmt::format("{}", report.gaps));
    for (const auto& [reason, gaps] : report.by_reason)
        line("", fmt::format("{}: {}, {} in all", vault::to_string(reason), plural(gaps.count, "gap"),
                             length(gaps.duration)));
    print_events(report);
    if (report.covered) line("time", vault::to_text(*report.covered));
    if (report.left_out > 0)
        line("left out", fmt::format("{} that you did not ask for", plural(report.left_out, "fragment")));
    if (report.deleted > 0)
        line("deleted", fmt::format("{}, by signed statement", plural(report.deleted, "record")));
    for (const vault::RuleDeletion& deletion : report.by_rule) {
        const std::string name =
            deletion.camera_name.empty() ? "" : fmt::format(" \"{}\"", deletion.camera_name);
        line("", fmt::format("by the rule \"{}\": {}{}, {}: {}, {}",
                             vault::describe_rule(deletion.rule, deletion.value), describe(deletion.stream),
                             name, vault::to_text(deletion.interval), plural(deletion.fragments, "fragment"),
                             amount(deletion.bytes)));
    }
    if (report.holds > 0) line("held", plural(report.holds, "hold") + " in force");
    if (report.leftovers > 0)
        line("", fmt::format("{} of them still there, and unreadable: the keys are gone",
                             plural(report.leftovers, "file")));
    for (const auto& [place, away] : report.away)
        line("away", fmt::format("{} on the disk \"{}\", {}: not checked, it is not mounted",
                                 plural(away.fragments, "fragment"), place,
                                 away.covered ? vault::to_text(*away.covered) : "at no time"));
    if (report.strangers > 0)
        line("strangers", fmt::format("{} files or objects that nobody here knows", report.strangers));
    if (report.unfinished_copies > 0)
        line("archive",
             fmt::format("{} {} not finished, or going on: the recorder removes what is left after a day",
                         report.unfinished_copies, report.unfinished_copies == 1 ? "copy" : "copies"));
    for (const auto& [place, beside] : report.beside)
        line("beside", fmt::format("in \"{}\", and not Vedette's: {}{}", place, fmt::join(beside.names, ", "),
                                   beside.count > beside.names.size()
                                       ? fmt::format(" and {} more", beside.count - beside.names.size())
                                       : ""));
    if (report.unsigned_tail > 0)
        line("not signed", fmt::format("{} written since the checkpoint", amount(report.unsigned_tail)));
    line("checkpoint", report.checkpoint ? fmt::format("{} entries, root {}", report.checkpoint->size,
                                                       to_hex(report.checkpoint->root))
                                         : "none that counts");
    print_signers(report.signed_by);
    if (!report.vouched.empty()) line("witness", report.vouched);
    if (!report.vkey.empty()) line("public key", report.vkey);
    line("keys", report.keys.empty() ? "open what is recorded" : "not checked: " + report.keys);
    if (!report.index.empty()) line("index", "not checked: " + report.index);
}

/// One line on the terminal that is written over. Nothing where there is none.
class ProgressLine {
  public:
    ~ProgressLine() { clear(); }
    void show(const vault::VerifyProgress& progress) {
        const auto now = std::chrono::steady_clock::now();
        if (!is_terminal_ || now < next_) return;
        next_ = now + std::chrono::milliseconds(200);
        const std::uint64_t percent =
            progress.entries * 100 / std::max<std::uint64_t>(progress.entries_total, 1);
        fmt::print(stderr, "\r{:3} % of the log, {:.1f} GB of recordings ", percent,
                   static_cast<double>(progress.bytes) / 1e9);
        is_shown_ = true;
    }
    void clear() {
        if (std::exchange(is_shown_, false)) fmt::print(stderr, "\r\033[K");
    }

  private:
    const bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
    std::chrono::steady_clock::time_point next_{};
    bool is_shown_ = false;
};

/// nullopt: at any time.
Result<std::optional<UtcInterval>> interval_of(const VaultArguments& arguments) {
    if (arguments.from.empty() && arguments.to.empty()) return std::nullopt;
    UtcInterval interval{UtcTime::min(), UtcTime::max()};
    if (!arguments.from.empty()) {
        VEDETTE_TRY(interval.start, parse_rfc3339(arguments.from));
    }
    if (!arguments.to.empty()) {
        VEDETTE_TRY(interval.end, parse_rfc3339(arguments.to));
    }
    if (interval.empty()) return fail(ErrorKind::invalid_input, "--to must be later than --from");
    return interval;
}

// With what reads an archive that is no directory.
vault::Layout layout_of(const VaultArguments& arguments) {
    static const SystemClock clock;
    return {arguments.folder, archive::s3_connector(arguments.folder, clock)};
}

int verify(const VaultArguments& arguments) {
    constexpr std::string_view fault_label = "FAULT  ";
    const auto interval = interval_of(arguments);
    if (!interval) return complain(interval.error());
    std::optional<std::string> kept_checkpoint;
    if (!arguments.checkpoint.empty()) {
        const auto bytes = read_file(arguments.checkpoint, crypto::max_note_size);
        if (!bytes) return complain(bytes.error());
        kept_checkpoint.emplace(as_text(*bytes));
    }
    auto witnessing =
        witnessing_of(arguments.witness, arguments.folder, recordings_log(arguments.folder),
                      // A witness knows the log by its own key.
                      vault::is_hardware_key({arguments.folder}, arguments.vkey) ? "" : arguments.vkey);
    if (!witnessing) return complain(witnessing.error());
    keystore::SystemSecrets secrets;
    ProgressLine progress_line;
    const auto report =
        vault::verify(layout_of(arguments),
                      {.vkey = arguments.vkey.empty() ? std::nullopt : std::optional(arguments.vkey),
                       .kept_checkpoint = kept_checkpoint,
                       .witnessed = std::move(*witnessing),
                       .secrets = &secrets,
                       .fast = arguments.fast,
                       .camera = arguments.camera,
                       .interval = *interval,
                       .on_progress =
                           [&](const vault::VerifyProgress& progress) {
                               progress_line.show(progress);
                               return true;
                           }},
                      [&](const vault::Fault& fault) {
                          progress_line.clear();
                          fmt::print("{}{}\n\n", fault_label, to_text(fault, fault_label.size()));
                      });
    progress_line.clear();
    if (!report) return complain(report.error());
    if (report->faults > 0) fmt::print("What is as it was signed:\n");
    print_report(*report, arguments.fast);
    const bool is_partial = arguments.fast || *interval || !arguments.camera.empty();
    if (report->faults == 0 && !report->away.empty()) {
        fmt::print(
            "\nNOT ALL CHECKED: what could be read is untouched; {} away. Mount {} and verify again.\n",
            report->away.size() == 1 ? "a disk is" : "disks are", report->away.size() == 1 ? "it" : "them");
        return 1;
    }
    if (report->faults == 0) {
        fmt::print("\nOK: {} that was signed is there and untouched.\n",
                   is_partial ? "what was checked of all" : "everything");
        return 0;
    }
    fmt::print("\nNOT OK: {}, {} altered or missing. What is counted above is untouched.\n",
               plural(report->faults, "fault"), plural(report->faulty_fragments, "fragment"));
    return 1;
}

int prove(const VaultArguments& arguments) {
    const auto at = parse_rfc3339(arguments.at);
    if (!at) return complain(at.error());
    const auto proof = vault::prove_fragment(
        layout_of(arguments),
        {.camera = arguments.camera, .stream = static_cast<std::uint8_t>(arguments.sub ? 1 : 0), .at = *at});
    if (!proof) return complain(proof.error());
    fmt::print("{}", proof->text);
    // Beside the proof, which has a form of its own.
    for (const std::string& signer : proof->signers) fmt::print(stderr, "signed by   {}\n", signer);
    return 0;
}

int prove_vault_growth(const VaultArguments& arguments) {
    return print_growth(recordings_log(arguments.folder), arguments.from_size);
}

int stats(const VaultArguments& arguments) {
    const auto all = vault::vault_stats(layout_of(arguments));
    if (!all) return complain(all.error());
    const auto count = [](std::int64_t number, std::string_view one) {
        return plural(static_cast<std::uint64_t>(number), one);
    };
    std::uint64_t bytes = 0;
    for (const vault::CameraStats& camera : *all) {
        bytes += static_cast<std::uint64_t>(camera.bytes);
        const std::string name = camera.name.empty() ? "" : fmt::format(" \"{}\"", camera.name);
        fmt::print("{}{}\n", describe(camera.stream), name);
        if (camera.fragments > 0) fmt::print("    {}\n", vault::to_text(camera.covered));
        if (camera.light > 0)
            fmt::print("    {} partially encrypted (light)\n", count(camera.light, "fragment"));
        fmt::print("    {}, {}, {} in {} of {}\n", count(camera.fragments, "fragment"),
                   count(camera.gaps, "gap"), amount(static_cast<std::uint64_t>(camera.bytes)),
                   count(camera.segments, "file"), count(camera.days, "day"));
    }
    if (all->empty())
        fmt::print("Nothing is recorded yet.\n");
    else
        fmt::print("\n{}, {}\n", plural(all->size(), "camera stream"), amount(bytes));
    const auto events = vault::vault_events(layout_of(arguments));
    if (!events) return complain(events.error());
    fmt::print("{} of the recorder, {} after it was not stopped in good order; {} of the clock\n",
               plural(events->starts, "start"), events->cut_off, plural(events->steps, "step"));
    return 0;
}

int rebuild(const VaultArguments& arguments) {
    const auto rebuilt = vault::vault_rebuild(layout_of(arguments));
    if (!rebuilt) return complain(rebuilt.error());
    fmt::print("The index was made again: {} in {}.\n", plural(rebuilt->fragments, "fragment"),
               plural(rebuilt->segments, "file"));
    if (rebuilt->damaged_files > 0)
        fmt::print("Damage was found in {}: vedette vault verify names it.\n",
                   plural(rebuilt->damaged_files, "file"));
    return 0;
}

}  // namespace

void add_vault(CLI::App& cli, int& exit_code) {
    auto arguments = std::make_shared<VaultArguments>();
    CLI::App* vault = cli.add_subcommand("vault", "Check and mend the recordings on disk");
    vault->require_subcommand(1);
    const auto add = [&](const char* name, const char* description, int (*run)(const VaultArguments&)) {
        CLI::App* command = vault->add_subcommand(name, description);
        command->add_option("--data", arguments->folder, "Data directory of the gateway")->required();
        command->callback([arguments, run, &exit_code] { exit_code = run(*arguments); });
        return command;
    };
    CLI::App* verification =
        add("verify", "Prove that nothing that was signed is missing or altered", verify);
    verification->add_option("--vkey", arguments->vkey,
                             "Public key that must have signed (default: the directory's own)");
    verification->add_option("--checkpoint", arguments->checkpoint,
                             "Copy of tlog/checkpoint that was kept elsewhere: the log must go on from it");
    verification->add_option("--witness", arguments->witness, witness_option_help);
    verification->add_flag("--fast", arguments->fast,
                           "Log, headers and sizes alone; the bytes of picture and sound are not read");
    verification->add_option("--camera", arguments->camera,
                             "Only this camera's recordings: its name or its id");
    verification->add_option("--from", arguments->from,
                             "Only what was recorded after this time: 2026-11-21T01:35:06Z (RFC 3339)");
    verification->add_option("--to", arguments->to, "Only what was recorded before this time");
    CLI::App* proof =
        add("prove", "Print a proof that one recording is in the signed log (c2sp.org/tlog-proof)", prove);
    proof->add_option("--camera", arguments->camera, "The camera's name or id")->required();
    proof->add_option("--at", arguments->at, "A time within the recording: 2026-11-21T01:35:06Z (RFC 3339)")
        ->required();
    proof->add_flag("--sub", arguments->sub, "Of the sub stream instead of the main one");
    add("prove-growth", prove_growth_help, prove_vault_growth)
        ->add_option("--from", arguments->from_size, "Entries of the older checkpoint")
        ->required();
    add("stats", "What is recorded, per camera", stats);
    add("rebuild", "Make the index again from the recordings", rebuild);
}

}  // namespace vedette::app
