#include "keystore/slot_table.hpp"

#include "crypto/digest.hpp"
#include "crypto/key_wrap.hpp"

namespace vedette::keystore {

namespace {

constexpr std::string_view magic = "VEDK";
constexpr std::uint8_t version = 1;
constexpr std::uint8_t version_with_next = 2;  // has a second organisation key
constexpr std::uint8_t key_file_flag = 1;
constexpr std::size_t digest_size = 32;
constexpr std::string_view table_name = "the table of key slots";

Bytes take_sized(ByteReader& reader, std::size_t size, std::size_t limit, bool& too_large) {
    too_large = too_large || size > limit;
    const ByteView view = reader.take(size);
    return {view.begin(), view.end()};
}

Slot read_slot(ByteReader& reader, bool& wrong) {
    Slot slot;
    slot.number = reader.u8();
    slot.kind = static_cast<SlotKind>(reader.u8());
    slot.made_at = from_ticks(reader.i64());
    const Bytes label = take_sized(reader, reader.u8(), max_label_size, wrong);
    slot.label = as_text(label);
    slot.parameters = take_sized(reader, reader.u16(), max_parameters_size, wrong);
    slot.wrapped = take_sized(reader, reader.u16(), max_wrapped_size, wrong);
    wrong = wrong || slot.number == 0 || slot.number > max_slots || !is_label(slot.label);
    return slot;
}

Bytes purpose_of(const Slot& slot) {
    ByteWriter writer;
    writer.text("root key slot").u8(0).u8(slot.number).u8(static_cast<std::uint8_t>(slot.kind));
    writer.u16(static_cast<std::uint16_t>(slot.parameters.size())).bytes(slot.parameters);
    return std::move(writer).finish();
}

}  // namespace

std::string_view to_string(SlotKind kind) {
    switch (kind) {
        case SlotKind::file:
            return "key file";
        case SlotKind::passphrase:
            return "passphrase";
        case SlotKind::pkcs11:
            return "PKCS#11";
        case SlotKind::tpm2:
            return "TPM 2.0";
    }
    return "unknown";
}

bool is_label(std::string_view text) {
    return text.size() <= max_label_size &&
           std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

void Slot::wrap(const Secret& key, const Secret& root) {
    wrapped = crypto::wrap_key_for(key, purpose_of(*this), root.reveal());
}

Result<Secret> Slot::unwrap(const Secret& key) const {
    VEDETTE_TRY(Secret root, crypto::unwrap_key_for(key, purpose_of(*this), wrapped));
    if (root.size() != key_size) return fail(ErrorKind::corrupt, "key slot {} holds no root key", number);
    return root;
}

Result<SlotTable> SlotTable::parse(ByteView bytes) {
    if (bytes.size() > max_slot_table_size || bytes.size() < digest_size)
        return fail(ErrorKind::corrupt, "{} has a wrong length", table_name);
    const ByteView body = bytes.first(bytes.size() - digest_size);
    ByteReader reader(body);
    if (as_text(reader.take(magic.size())) != magic)
        return fail(ErrorKind::corrupt, "{} is none", table_name);
    const std::uint8_t found = reader.u8();
    if (found != version && found != version_with_next)
        return fail(found > version ? ErrorKind::unsupported : ErrorKind::corrupt,
                    "{} has version {}, and this program knows {}: use the newer vedette that wrote it",
                    table_name, found, version_with_next);
    if (!std::ranges::equal(crypto::sha256(body), bytes.last(digest_size)))
        return fail(ErrorKind::corrupt, "{} is damaged", table_name);
    const std::size_t count = reader.u8();
    SlotTable table;
    const std::uint8_t flags = reader.u8();
    bool wrong = count == 0 || count > max_slots || (flags & ~key_file_flag) != 0;
    table.key_file_is_to_go = flags == key_file_flag;
    table.generation = reader.u64();
    reader.copy_to(table.organisation);
    table.organisation_key_wrapped = take_sized(reader, reader.u16(), max_wrapped_size, wrong);
    if (found == version_with_next) {
        table.next_organisation_key_wrapped = take_sized(reader, reader.u16(), max_wrapped_size, wrong);
        wrong = wrong || table.next_organisation_key_wrapped.empty();
    }
    for (std::size_t i = 0; i < count && !reader.failed() && !wrong; ++i) {
        Slot slot = read_slot(reader, wrong);
        wrong = wrong || (!table.slots.empty() && table.slots.back().number >= slot.number);
        table.slots.push_back(std::move(slot));
    }
    if (wrong || reader.failed() || !reader.at_end())
        return fail(ErrorKind::corrupt, "{} is damaged at byte {}", table_name, reader.offset());
    return table;
}

Bytes SlotTable::print() const {
    ByteWriter writer;
    const Bytes& next = next_organisation_key_wrapped;
    writer.text(magic).u8(next.empty() ? version : version_with_next);
    writer.u8(static_cast<std::uint8_t>(slots.size()));
    writer.u8(key_file_is_to_go ? key_file_flag : 0).u64(generation).bytes(organisation);
    writer.u16(static_cast<std::uint16_t>(organisation_key_wrapped.size())).bytes(organisation_key_wrapped);
    if (!next.empty()) writer.u16(static_cast<std::uint16_t>(next.size())).bytes(next);
    for (const Slot& slot : slots) {
        writer.u8(slot.number).u8(static_cast<std::uint8_t>(slot.kind));
        writer.i64(ticks(slot.made_at));
        writer.u8(static_cast<std::uint8_t>(slot.label.size())).text(slot.label);
        writer.u16(static_cast<std::uint16_t>(slot.parameters.size())).bytes(slot.parameters);
        writer.u16(static_cast<std::uint16_t>(slot.wrapped.size())).bytes(slot.wrapped);
    }
    writer.bytes(crypto::sha256(writer.view()));
    return std::move(writer).finish();
}

const Slot* SlotTable::find(unsigned number) const {
    const auto found = std::ranges::find(slots, number, &Slot::number);
    return found == slots.end() ? nullptr : &*found;
}

const Slot* SlotTable::find(SlotKind kind) const {
    const auto found = std::ranges::find(slots, kind, &Slot::kind);
    return found == slots.end() ? nullptr : &*found;
}

std::optional<std::uint8_t> SlotTable::free_number() const {
    for (std::uint8_t number = 1; number <= max_slots; ++number)
        if (find(static_cast<unsigned>(number)) == nullptr) return number;
    return std::nullopt;
}

void SlotTable::insert(Slot slot) {
    slots.insert(std::ranges::upper_bound(slots, slot.number, {}, &Slot::number), std::move(slot));
}

}  // namespace vedette::keystore
