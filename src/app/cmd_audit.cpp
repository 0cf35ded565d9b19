#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/witnessing.hpp"
#include "base/file.hpp"
#include "base/hex.hpp"
#include "hub/audit/verify.hpp"

namespace vedette::app {

namespace {

struct AuditArguments {
    std::string folder;
    std::string vkey;
    std::string checkpoint;
    std::string witness;
    std::uint64_t from_size = 0;
};

void print_audit_report(const hub::audit::VerifyReport& report) {
    const auto line = [](std::string_view label, const std::string& text) {
        fmt::print("{:<12}{}\n", label, text);
    };
    line("entries", std::to_string(report.entries));
    if (report.first && report.last) {
        line("first", to_rfc3339(*report.first));
        line("last", to_rfc3339(*report.last));
    }
    if (report.erased > 0)
        line("erased", fmt::format("name, address and details of {}, as entries say", report.erased));
    if (report.unsigned_tail > 0)
        line("not signed", fmt::format("{} written since the checkpoint", report.unsigned_tail));
    line("checkpoint", report.checkpoint ? fmt::format("{} entries, root {}", report.checkpoint->size,
                                                       to_hex(report.checkpoint->root))
                                         : "none that counts");
    if (!report.vouched.empty()) line("witness", report.vouched);
    if (!report.vkey.empty()) line("public key", report.vkey);
    line("names", report.personal.empty() ? "as they were signed" : "not checked: " + report.personal);
}

int verify_audit(const AuditArguments& arguments) {
    hub::audit::VerifyOptions options;
    if (!arguments.vkey.empty()) options.vkey = arguments.vkey;
    if (!arguments.checkpoint.empty()) {
        const auto bytes = read_file(arguments.checkpoint, crypto::max_note_size);
        if (!bytes) return complain(bytes.error());
        options.kept_checkpoint.emplace(as_text(*bytes));
    }
    const std::filesystem::path data = arguments.folder;
    auto witnessing = witnessing_of(arguments.witness, data, audit_log(data), arguments.vkey);
    if (!witnessing) return complain(witnessing.error());
    options.witnessed = std::move(*witnessing);
    const auto report = hub::audit::verify({data / "hub"}, options, [](const hub::audit::Fault& fault) {
        fmt::print("FAULT  {}\n\n", to_text(fault));
    });
    if (!report) return complain(report.error());
    print_audit_report(*report);
    if (report->faults == 0) {
        fmt::print("\nOK: every entry that was signed is there and untouched.\n");
        return 0;
    }
    fmt::print("\nNOT OK: {} fault{}. What is not named is as it was signed.\n", report->faults,
               report->faults == 1 ? "" : "s");
    return 1;
}

int prove_audit(const AuditArguments& arguments) {
    return print_growth(audit_log(arguments.folder), arguments.from_size);
}

}  // namespace

void add_audit(CLI::App& cli, int& exit_code) {
    auto arguments = std::make_shared<AuditArguments>();
    CLI::App* audit = cli.add_subcommand("audit", "Check the audit log");
    audit->require_subcommand(1);
    CLI::App* verification = audit->add_subcommand(
        "verify", "Prove that no entry of the audit log is missing, altered or in another order");
    verification->add_option("--data", arguments->folder, "Data directory of the hub")->required();
    verification->add_option("--vkey", arguments->vkey,
                             "Public key that must have signed (default: the directory's own)");
    verification->add_option("--checkpoint", arguments->checkpoint,
                             "Copy of hub/audit/tlog/checkpoint that was kept elsewhere: the log must go on "
                             "from it");
    verification->add_option("--witness", arguments->witness, witness_option_help);
    verification->callback([arguments, &exit_code] { exit_code = verify_audit(*arguments); });
    CLI::App* proof = audit->add_subcommand("prove-growth", prove_growth_help);
    proof->add_option("--data", arguments->folder, "Data directory of the hub")->required();
    proof->add_option("--from", arguments->from_size, "Entries of the older checkpoint")->required();
    proof->callback([arguments, &exit_code] { exit_code = prove_audit(*arguments); });
}

}  // namespace vedette::app
