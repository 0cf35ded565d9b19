#include "gateway/ingest/planned_writer.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace vedette::gateway::ingest {

namespace {

// Less than a picture's time between two runs is rounding, not a gap.
constexpr Ticks90k rounding = std::chrono::milliseconds(20);

Ticks90k distance(UtcTime a, UtcTime b) {
    return a < b ? b - a : a - b;
}

}  // namespace

PlannedWriter::PlannedWriter(vault::StreamKey key, vault::Vault& vault, const RecordingOrders& orders,
                             std::optional<UtcTime> told_until)
    : key_(key),
      vault_(vault),
      orders_(orders),
      last_(orders.order()),
      is_part_wanted_(last_.store),
      told_until_(told_until) {}

PlannedWriter::~PlannedWriter() {
    while (!held_.empty()) take_front(held_.front().wanted);
    write_left_out();
}

void PlannedWriter::begin_run(SharedBytes init) {
    run_ = std::make_shared<Run>(Run{.init = std::move(init), .number = {}});
    is_part_wanted_ = orders_.order().store;
}

bool PlannedWriter::at_border() const {
    const RecordingOrder order = orders_.order();
    return order.store != last_.store || order.reason != last_.reason;
}

void PlannedWriter::look_at_order() {
    const RecordingOrder order = orders_.order();
    if (order.store) want_all(order);
    is_part_wanted_ = is_part_wanted_ || order.store;
    last_ = order;
    drain(order.reserve);
}

void PlannedWriter::append(Fragment fragment) {
    const RecordingOrder order = orders_.order();
    if (order.store) want_all(order);
    Held item{.run = run_,
              .fragment = std::move(fragment),
              .wanted = order.store || is_part_wanted_,
              .reason = order.reason,
              .detail = {}};
    for (const SharedBytes& piece : item.fragment.pieces) item.bytes += piece->size();
    item.length = item.fragment.duration;
    is_part_wanted_ = order.store;
    last_ = order;
    add(std::move(item), order);
}

void PlannedWriter::append(UtcInterval interval, vault::GapReason reason, std::string detail) {
    // The order as it was then: at a border of the plan the recorder ends a gap and begins another.
    const bool is_planned = !last_.store && last_.reason == vault::GapReason::by_schedule &&
                            reason != vault::GapReason::clock_step;
    Held item{.run = nullptr,
              .fragment = {.start = interval.start, .duration = interval.end - interval.start, .pieces = {}},
              .reason = is_planned ? last_.reason : reason,
              .detail = is_planned ? std::string() : std::move(detail)};
    // A clock that was set forward took no time.
    if (reason != vault::GapReason::clock_step) item.length = item.fragment.duration;
    add(std::move(item), last_);
}

void PlannedWriter::add(Held item, const RecordingOrder& order) {
    if (held_.empty() && (item.wanted || !item.run)) {  // as it comes, whatever the disk does
        item.wanted ? store(item) : leave_out(item);
        return;
    }
    held_bytes_ += item.bytes;
    held_length_ += item.length;
    held_.push_back(std::move(item));
    drain(order.reserve);
}

// What is kept for an event is stored with it; what is not, and lies before a time of continuous recording,
// is not.
void PlannedWriter::want_all(const RecordingOrder& order) {
    while (!held_.empty() && !held_.front().wanted && is_beyond(order.reserve)) take_front(false);
    for (Held& item : held_) item.wanted = true;
}

bool PlannedWriter::is_beyond(Ticks90k reserve) const {
    return held_length_ - held_.front().length >= reserve || held_bytes_ > max_reserve_bytes;
}

void PlannedWriter::drain(Ticks90k reserve) {
    while (!held_.empty()) {
        const Held& front = held_.front();
        // A minute at once could fill the queue to the disk, at the cost of other cameras.
        if (front.wanted && !vault_.has_room(front.bytes) && held_bytes_ <= max_reserve_bytes) return;
        // A gap with nothing before it is nothing to keep.
        if (!front.wanted && front.run && !is_beyond(reserve)) return;
        take_front(front.wanted);
    }
}

void PlannedWriter::take_front(bool is_stored) {
    Held item = std::move(held_.front());
    held_.pop_front();
    held_bytes_ -= item.bytes;
    held_length_ -= item.length;
    is_stored ? store(item) : leave_out(item);
}

void PlannedWriter::store(Held& item) {
    if (!item.run) return leave_out(item);
    write_left_out();
    if (!item.run->number) {
        const auto begun = vault_.begin_run(key_, item.run->init);
        if (!begun) return complain(std::unexpected(begun.error()));
        item.run->number = *begun;
    }
    vault::Fragment sealed{.stream = key_,
                           .run = *item.run->number,
                           .start = item.fragment.start,
                           .duration = item.fragment.duration,
                           .camera_time = item.fragment.camera_start,
                           .pieces = {},
                           .clear = std::move(item.fragment.clear),
                           .signature = static_cast<vault::CameraSignature>(item.fragment.signature)};
    if (sealed.signature > vault::CameraSignature::not_signed)
        std::copy_n(item.fragment.signing_key.begin(), sealed.signer_key.size(), sealed.signer_key.begin());
    sealed.pieces.reserve(item.fragment.pieces.size());
    for (const auto& piece : item.fragment.pieces) sealed.pieces.push_back({piece, *piece});
    // A full queue is the vault's to record as a gap, and the disk's state is shown to the operator.
    complain(vault_.append(std::move(sealed)));
}

void PlannedWriter::leave_out(const Held& item) {
    const UtcInterval interval{item.fragment.start, item.fragment.start + item.fragment.duration};
    const bool is_failure = !item.run && item.reason != vault::GapReason::by_schedule;
    if (is_failure) {
        write_left_out();
        write_gap(interval, item.reason, item.detail);
        return;
    }
    const bool goes_on = left_out_ && left_out_->reason == item.reason &&
                         distance(left_out_->interval.end, interval.start) <= rounding;
    if (!goes_on) {
        write_left_out();
        left_out_ = LeftOut{interval, item.reason};
    }
    left_out_->interval.end = interval.end;
    if (left_out_->interval.end - left_out_->interval.start >= gap_piece) write_left_out();
}

void PlannedWriter::write_left_out() {
    if (const auto left_out = std::exchange(left_out_, std::nullopt))
        write_gap(left_out->interval, left_out->reason, "");
}

void PlannedWriter::write_gap(UtcInterval interval, vault::GapReason reason, std::string detail) {
    // The rest of what is missing already is missing, however short.
    const bool goes_on = told_until_ == interval.start;
    if (!goes_on && interval.end - interval.start < rounding) return;
    told_until_ = interval.end;
    complain(vault_.append(vault::Gap{key_, interval, reason, std::move(detail)}));
}

void PlannedWriter::complain(const Result<>& written) const {
    if (!written)
        log::warn("camera {} stream {}: {}", key_.camera.text(), key_.stream, written.error().message);
}

}  // namespace vedette::gateway::ingest
