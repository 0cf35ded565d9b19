#include "hub/audit/writer.hpp"

#include "base/log.hpp"

namespace vedette::hub::audit {

namespace {

// For the details of our own entries: one text in an object. The texts are ours and have file names in them.
std::string json_text(std::string_view field, std::string_view text) {
    std::string out = fmt::format("{{\"{}\":\"", field);
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out + "\"}";
}

}  // namespace

Result<Writer> Writer::start(Opened opened, PersonalSealer& sealer, OrganisationId organisation,
                             UtcTime now) {
    const std::vector<Alarm> alarms = std::move(opened.alarms);
    Writer writer(std::move(opened), sealer, organisation);
    std::vector<Order> orders;
    for (const Alarm& alarm : alarms) {
        Order order{.entry = writer.entry_of_log(Kind::alarm, alarm_action, alarm.reason, now)};
        order.entry.personal.details = json_text("alarm", alarm.text);
        orders.push_back(std::move(order));
    }
    if (!orders.empty()) VEDETTE_CHECK(writer.commit(orders));
    return writer;
}

Entry Writer::entry_of_log(Kind kind, std::string_view action, std::string_view reason, UtcTime now) const {
    Entry entry;
    entry.facts.kind = kind;
    entry.facts.time = now;
    entry.facts.organisation = organisation_;
    entry.facts.who = Who::system;
    entry.facts.object = ObjectKind::organisation;
    entry.facts.allowed = true;
    entry.facts.action = action;
    entry.facts.reason = reason;
    return entry;
}

Result<Row> Writer::make_row(std::uint64_t sequence, const Entry& entry) {
    Salt salt;
    crypto::random_bytes(salt);
    const Bytes personal = write_personal(entry.personal, salt);
    const Leaf leaf{.sequence = sequence, .facts = entry.facts, .commitment = crypto::sha256(personal)};
    const std::int32_t day = utc_day(entry.facts.time);
    VEDETTE_TRY(Bytes sealed, sealer_->seal(sequence, day, personal));
    return Row{sequence, write_leaf(leaf), std::move(sealed), day};
}

Result<> Writer::commit(std::span<Order> orders) {
    std::vector<Row> rows;
    rows.reserve(orders.size() + unacknowledged_.size());
    for (const auto& [sequence, organisation] : unacknowledged_) {
        Entry entry = entry_of_log(Kind::result, "", "not_recorded_in_time", {});
        entry.facts.organisation = organisation;
        entry.facts.time = orders.empty() ? UtcTime() : orders.front().entry.facts.time;
        entry.facts.about = sequence;
        entry.facts.status = 503;
        VEDETTE_TRY(Row row, make_row(tree_.size() + rows.size(), entry));
        rows.push_back(std::move(row));
    }
    const std::size_t first = rows.size();
    for (const Order& order : orders) {
        VEDETTE_TRY(Row row, make_row(tree_.size() + rows.size(), order.entry));
        rows.push_back(std::move(row));
    }
    VEDETTE_CHECK(book_.add(rows));
    for (const Row& row : rows) tree_.append(row.leaf);
    // The rows are durable: should the checkpoint be the one before after a loss of power, the next start
    // signs them.
    auto published = tree_.publish(crypto::CheckpointSync::lazily);
    unacknowledged_.clear();
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const std::uint64_t sequence = rows[first + i].sequence;
        orders[i].sequence = sequence;
        if (!published && orders[i].entry.facts.kind == Kind::decision)
            unacknowledged_.emplace_back(sequence, orders[i].entry.facts.organisation);
    }
    return published;
}

void Writer::write(std::span<Order> orders) {
    const auto written = commit(orders);
    if (written) return;
    log::error("the audit log can't be written: {}", written.error().message);
    for (Order& order : orders) order.sequence = std::unexpected(written.error());
}

Result<std::uint64_t> Writer::erase_personal(UtcTime before, UtcTime now) {
    // Whole days: the others of the last one still need its secret.
    const std::int32_t day = utc_day(before);
    const UtcTime start_of_day{std::chrono::duration_cast<Ticks90k>(std::chrono::days(day))};
    VEDETTE_TRY(const std::uint64_t end, book_.erasable_end(start_of_day));
    if (end > 0) {
        Order order{.entry = entry_of_log(Kind::erasure, erasure_action, "retention", now)};
        order.entry.facts.about = end;
        order.entry.personal.details = json_text("before", to_rfc3339(start_of_day));
        VEDETTE_CHECK(commit({&order, 1}));
    }
    VEDETTE_CHECK(sealer_->destroy_before(day));
    return end > 0 ? book_.erase(end, start_of_day) : Result<std::uint64_t>(0);
}

}  // namespace vedette::hub::audit
