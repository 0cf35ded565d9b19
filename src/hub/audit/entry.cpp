#include "hub/audit/entry.hpp"

#include "base/utf8.hpp"

namespace vedette::hub::audit {

namespace {

constexpr std::uint8_t leaf_version = 1;
constexpr std::uint8_t personal_version = 1;
constexpr std::uint64_t about_nothing = UINT64_MAX;

void put_text(ByteWriter& writer, std::string_view text, std::size_t limit) {
    text = cut_utf8(text, limit);
    writer.u16(static_cast<std::uint16_t>(text.size())).text(text);
}

Result<std::string> take_text(ByteReader& reader, std::size_t limit) {
    const std::size_t size = reader.u16();
    if (size > limit) return fail(ErrorKind::corrupt, "a text of an audit entry has {} bytes", size);
    return std::string(as_text(reader.take(size)));
}

template <class IdType>
std::optional<IdType> take_id(ByteReader& reader) {
    Uuid uuid;
    reader.copy_to(uuid.bytes);
    return uuid == Uuid{} ? std::nullopt : std::optional(IdType(uuid));
}
template <class IdType>
ByteView id_bytes(const std::optional<IdType>& id) {
    static constexpr Uuid none;
    return id ? ByteView(id->bytes()) : ByteView(none.bytes);
}

}  // namespace

std::string_view to_string(Kind kind) {
    switch (kind) {
        case Kind::decision:
            return "decision";
        case Kind::result:
            return "result";
        case Kind::erasure:
            return "erasure";
        case Kind::alarm:
            return "alarm";
        case Kind::summary:
            return "summary";
    }
    return "unknown";
}

std::string_view to_string(Who who) {
    switch (who) {
        case Who::nobody:
            return "nobody";
        case Who::user:
            return "user";
        case Who::metrics_token:
            return "metrics_token";
        case Who::system:
            return "system";
        case Who::api_client:
            return "api_client";
    }
    return "unknown";
}

std::string_view to_string(ObjectKind kind) {
    switch (kind) {
        case ObjectKind::service:
            return "service";
        case ObjectKind::organisation:
            return "organisation";
        case ObjectKind::camera:
            return "camera";
    }
    return "unknown";
}

Bytes write_leaf(const Leaf& leaf) {
    const Facts& facts = leaf.facts;
    ByteWriter writer;
    writer.reserve(256);
    writer.u8(leaf_version)
        .u8(static_cast<std::uint8_t>(facts.kind))
        .u64(leaf.sequence)
        .i64(ticks(facts.time))
        .bytes(facts.organisation.bytes())
        .u8(static_cast<std::uint8_t>(facts.who))
        .bytes(id_bytes(facts.user))
        .u8(static_cast<std::uint8_t>(facts.object))
        .bytes(id_bytes(facts.camera))
        .u8(facts.allowed ? 1 : 0)
        .u16(facts.status)
        .u64(facts.about.value_or(about_nothing));
    for (const std::string* word : {&facts.action, &facts.operation, &facts.reason})
        put_text(writer, *word, max_word_bytes);
    writer.bytes(leaf.commitment);
    return std::move(writer).finish();
}

Result<Leaf> parse_leaf(ByteView bytes) {
    ByteReader reader(bytes);
    if (const std::uint8_t version = reader.u8(); !reader.failed() && version != leaf_version)
        return fail(ErrorKind::unsupported, "an audit entry has version {}", version);
    Leaf leaf;
    Facts& facts = leaf.facts;
    const std::uint8_t kind = reader.u8();
    leaf.sequence = reader.u64();
    facts.time = from_ticks(reader.i64());
    facts.organisation = take_id<OrganisationId>(reader).value_or(OrganisationId());
    const std::uint8_t who = reader.u8();
    facts.user = take_id<UserId>(reader);
    const std::uint8_t object = reader.u8();
    facts.camera = take_id<CameraId>(reader);
    const std::uint8_t allowed = reader.u8();
    facts.status = reader.u16();
    if (const std::uint64_t about = reader.u64(); about != about_nothing) facts.about = about;
    for (std::string* word : {&facts.action, &facts.operation, &facts.reason}) {
        VEDETTE_TRY(*word, take_text(reader, max_word_bytes));
    }
    reader.copy_to(leaf.commitment);
    VEDETTE_CHECK(reader.check("an audit entry"));
    facts.kind = static_cast<Kind>(kind);
    facts.who = static_cast<Who>(who);
    facts.object = static_cast<ObjectKind>(object);
    facts.allowed = allowed == 1;
    if (to_string(facts.kind) == "unknown" || to_string(facts.who) == "unknown" ||
        to_string(facts.object) == "unknown" || allowed > 1 || !reader.at_end())
        return fail(ErrorKind::corrupt, "an audit entry has a field that makes no sense");
    return leaf;
}

Bytes write_personal(const Personal& personal, const Salt& salt) {
    ByteWriter writer;
    writer.bytes(salt).u8(personal_version);
    for (const std::string* text : {&personal.name, &personal.address, &personal.camera_name})
        put_text(writer, *text, max_name_bytes);
    put_text(writer, personal.details, max_details_bytes);
    return std::move(writer).finish();
}

Result<Personal> parse_personal(ByteView bytes) {
    ByteReader reader(bytes);
    reader.skip(salt_size);
    if (const std::uint8_t version = reader.u8(); !reader.failed() && version != personal_version)
        return fail(ErrorKind::unsupported, "the personal part of an audit entry has version {}", version);
    Personal personal;
    for (std::string* text : {&personal.name, &personal.address, &personal.camera_name}) {
        VEDETTE_TRY(*text, take_text(reader, max_name_bytes));
    }
    VEDETTE_TRY(personal.details, take_text(reader, max_details_bytes));
    VEDETTE_CHECK(reader.check("the personal part of an audit entry"));
    if (!reader.at_end()) return fail(ErrorKind::corrupt, "the personal part of an audit entry is too long");
    return personal;
}

}  // namespace vedette::hub::audit
