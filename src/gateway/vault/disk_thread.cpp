#include "gateway/vault/disk_thread.hpp"

#include <algorithm>
#include <utility>

namespace vedette::vault {

namespace {

// A disk that begins to hang wakes nobody.
constexpr std::chrono::milliseconds look_at_disk{50};

}  // namespace

DiskThread::DiskThread(std::chrono::milliseconds hang_limit)
    : hang_limit_(hang_limit), thread_([this](const std::stop_token& stop) { run(stop); }) {}
DiskThread::~DiskThread() = default;

std::shared_ptr<DiskOperation> DiskThread::start(std::function<Result<>()> work) {
    auto operation = std::make_shared<DiskOperation>();
    operation->work_ = std::move(work);
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(operation);
    }
    changed_.notify_all();
    return operation;
}

void DiskThread::note_progress() {
    asked_at_ = Steady::now().time_since_epoch().count();
}

bool DiskThread::is_late(std::chrono::milliseconds limit) const {
    const Steady::rep asked = asked_at_;
    if (asked == 0 || hang_limit_.count() == 0) return false;
    return Steady::now() - Steady::time_point(Steady::duration(asked)) > limit;
}

std::optional<Result<>> DiskThread::wait(const DiskOperation& operation,
                                         std::chrono::milliseconds patience) const {
    const auto until = Steady::now() + patience;
    std::unique_lock lock(mutex_);
    for (;;) {
        if (operation.done_) return operation.done_;
        const auto now = Steady::now();
        if (now >= until || hangs()) return std::nullopt;
        changed_.wait_until(lock, std::min(until, now + look_at_disk),
                            [&] { return operation.done_.has_value(); });
    }
}

bool DiskThread::is_done(const DiskOperation& operation) const {
    const std::lock_guard lock(mutex_);
    return operation.done_.has_value();
}

// What was started is done before the end: it may be the last thing that a file is to get.
void DiskThread::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
        const std::shared_ptr<DiskOperation> operation = std::move(waiting_.front());
        waiting_.pop_front();
        auto work = std::exchange(operation->work_, nullptr);
        lock.unlock();
        note_progress();
        Result<> done = work();
        work = nullptr;  // what it owns may be a file that is closed now
        asked_at_ = 0;
        lock.lock();
        operation->done_ = std::move(done);
        changed_.notify_all();
    }
}

}  // namespace vedette::vault
