#include "gateway/vault/write_lane.hpp"

#include <utility>

namespace vedette::vault {

WriteLane::WriteLane() : thread_([this](const std::stop_token& stop) { run(stop); }) {}
WriteLane::~WriteLane() = default;

void WriteLane::start(SegmentFile& file, ByteView record) {
    {
        const std::lock_guard lock(mutex_);
        job_ = Job{&file, record};
        done_.reset();
    }
    changed_.notify_all();
}

Result<> WriteLane::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_.has_value(); });
    return *std::exchange(done_, std::nullopt);
}

void WriteLane::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (!changed_.wait(lock, stop, [this] { return job_.has_value(); })) return;
        const Job job = *std::exchange(job_, std::nullopt);
        lock.unlock();
        Result<> written = job.file->append(job.record);
        lock.lock();
        done_ = std::move(written);
        changed_.notify_all();
    }
}

}  // namespace vedette::vault
