#include "keystore/passphrase.hpp"

#include "crypto/digest.hpp"

namespace vedette::keystore {

namespace {

constexpr std::uint32_t max_memory_kib = 4u << 20;
constexpr std::uint32_t max_passes = 64;
constexpr std::uint32_t max_lanes = 16;
constexpr unsigned attempts = 3;
constexpr std::string_view credential = "vedette.passphrase";

// Repeats at a terminal while what was answered is wrong.
template <class Try>
auto ask_until_right(const Environment& environment, Question question, Try attempt_with)
    -> decltype(attempt_with(Secret())) {
    std::optional<Error> wrong;
    for (question.attempt = 0; question.attempt < attempts; ++question.attempt) {
        const auto passphrase = ask(environment, question);
        if (!passphrase) return std::unexpected(wrong ? *wrong : passphrase.error());
        auto result = attempt_with(*passphrase);
        if (result || result.error().kind != ErrorKind::unauthenticated) return result;
        wrong = result.error();
    }
    return std::unexpected(*wrong);
}

Result<Secret> try_passphrase(const Slot& slot, const Secret& passphrase) {
    const auto stretching = Stretching::parse(slot.parameters);
    if (!stretching) return fail(ErrorKind::corrupt, "key slot {} is damaged", slot.number);
    VEDETTE_TRY(const Secret key, stretching->stretch(passphrase));
    if (auto root = slot.unwrap(key)) return root;
    return fail(ErrorKind::unauthenticated, "the passphrase is wrong");
}

Question question_for(const Slot& slot) {
    return {.text = fmt::format("Passphrase of key slot {}", slot.number),
            .credentials = {fmt::format("{}.{}", credential, slot.number), std::string(credential)}};
}

class PassphraseProvider final : public Provider {
  public:
    std::string describe(const Slot& slot) const override {
        const auto stretching = Stretching::parse(slot.parameters);
        if (!stretching) return "damaged";
        return fmt::format("Argon2id, {} MiB, {} passes", stretching->cost.memory_kib / 1024,
                           stretching->cost.passes);
    }

    Result<Secret> open(const Slot& slot, const Environment& environment) const override {
        return ask_until_right(environment, question_for(slot),
                               [&](const Secret& passphrase) { return try_passphrase(slot, passphrase); });
    }

    Result<Enrolment> renew(const Slot& slot, const Environment& environment) const override {
        return ask_until_right(
            environment, question_for(slot), [&](const Secret& passphrase) -> Result<Enrolment> {
                if (const auto root = try_passphrase(slot, passphrase); !root)
                    return fail(root.error().kind, "key slot {}: {}", slot.number, root.error().message);
                VEDETTE_TRY(const Stretching present, Stretching::parse(slot.parameters));
                return enrolment_with(passphrase, present.cost);
            });
    }
};

}  // namespace

Stretching Stretching::with_new_salt(const crypto::PasswordCost& cost) {
    Stretching stretching;
    stretching.cost = cost;
    crypto::random_bytes(stretching.salt);
    return stretching;
}

Result<Stretching> Stretching::parse(ByteView parameters) {
    ByteReader reader(parameters);
    Stretching stretching;
    stretching.cost = {reader.u32(), reader.u32(), reader.u32()};
    reader.copy_to(stretching.salt);
    const crypto::PasswordCost& cost = stretching.cost;
    if (reader.failed() || !reader.at_end() || cost.lanes == 0 || cost.lanes > max_lanes ||
        cost.passes == 0 || cost.passes > max_passes || cost.memory_kib < 8 * cost.lanes ||
        cost.memory_kib > max_memory_kib)
        return fail(ErrorKind::corrupt, "the cost of a passphrase is damaged");
    return stretching;
}

Bytes Stretching::print() const {
    ByteWriter writer;
    writer.u32(cost.memory_kib).u32(cost.passes).u32(cost.lanes).bytes(salt);
    return std::move(writer).finish();
}

Result<Secret> Stretching::stretch(const Secret& passphrase) const {
    return crypto::stretch_password(passphrase.reveal(), salt, cost);
}

const Provider& passphrase_provider() {
    static const PassphraseProvider provider;
    return provider;
}

Result<Secret> ask_new_passphrase(const Environment& environment, std::string text, std::string name) {
    VEDETTE_TRY(
        Secret passphrase,
        ask(environment, {.text = std::move(text), .credentials = {std::move(name)}, .is_new = true}));
    if (passphrase.size() < min_passphrase_size)
        return fail(ErrorKind::invalid_input, "the passphrase is too short: take at least {} characters",
                    min_passphrase_size);
    return passphrase;
}

Result<Enrolment> enrolment_with(const Secret& passphrase, const crypto::PasswordCost& cost) {
    const Stretching stretching = Stretching::with_new_salt(cost);
    VEDETTE_TRY(Secret key, stretching.stretch(passphrase));
    return Enrolment{stretching.print(), std::move(key)};
}

Result<Enrolment> enrol_passphrase(const Environment& environment, const crypto::PasswordCost& cost) {
    VEDETTE_TRY(const Secret passphrase,
                ask_new_passphrase(environment, "New passphrase", "vedette.new-passphrase"));
    return enrolment_with(passphrase, cost);
}

Result<Unlocked> open_by_passphrase(std::span<const Slot* const> slots, const Environment& environment) {
    const std::string store = environment.folder.path().parent_path().string();
    return ask_until_right(
        environment,
        {.text = fmt::format("Passphrase of the store {}", store), .credentials = {std::string(credential)}},
        [&](const Secret& passphrase) -> Result<Unlocked> {
            std::optional<Error> failure;
            for (const Slot* slot : slots) {
                auto root = try_passphrase(*slot, passphrase);
                if (root) return Unlocked{std::move(*root), slot->number};
                if (!failure || root.error().kind == ErrorKind::unauthenticated) failure = root.error();
            }
            return std::unexpected(*failure);
        });
}

}  // namespace vedette::keystore
