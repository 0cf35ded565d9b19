#include "gateway/vault/seal_pool.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace vedette::vault {

SealPool::SealPool(unsigned most)
    : most_(std::min(most, std::max(std::thread::hardware_concurrency(), 1u) - 1)) {}
SealPool::~SealPool() = default;

bool SealPool::try_run(std::function<void()> work) {
    std::unique_lock lock(mutex_);
    if (next_) return false;
    if (idle_ == 0) {
        if (threads_.size() >= most_) return false;
        try {
            threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
        } catch (const std::system_error&) {
            return false;  // it takes longer, and that is all
        }
    }
    next_ = std::move(work);
    lock.unlock();
    wake_.notify_one();
    return true;
}

void SealPool::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        const bool has_work = wake_.wait(lock, stop, [this] { return next_ != nullptr; });
        --idle_;
        if (!has_work) return;
        const std::function<void()> work = std::exchange(next_, nullptr);
        lock.unlock();
        work();
        lock.lock();
    }
}

}  // namespace vedette::vault
