#include "hub/audit/audit_log.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "hub/audit/writer.hpp"
#include "hub/worker/run_on.hpp"

namespace vedette::hub::audit {

namespace {

/// Entries that share a commit and a checkpoint.
constexpr std::size_t max_group = 256;
constexpr std::chrono::hours erasure_check{1};

}  // namespace

struct AuditLog::State {
    State(Options o, const Clock& c, Signing s, std::shared_ptr<PersonalSealer> p)
        : options(std::move(o)), clock(c), signing(std::move(s)), sealer(std::move(p)) {}

    struct Waiting {
        Writer::Order order;
        Done done;
    };

    void run();
    std::vector<Waiting> take(std::unique_lock<std::mutex>& lock);
    void write(std::vector<Waiting> group);
    void erase_old();

    const Options options;
    const Clock& clock;
    const Signing signing;
    const std::shared_ptr<PersonalSealer> sealer;
    std::optional<Writer> writer;  // used under writer_mutex
    std::mutex writer_mutex;
    std::shared_ptr<Book> reader;  // used on the reading thread alone
    boost::asio::thread_pool reading{1};

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::deque<Waiting> waiting;
    bool closing = false;
    Figures figures;
    std::thread thread;
};

std::vector<AuditLog::State::Waiting> AuditLog::State::take(std::unique_lock<std::mutex>& lock) {
    changed.wait_for(lock, erasure_check, [this] { return closing || !waiting.empty(); });
    std::vector<Waiting> group;
    while (!waiting.empty() && group.size() < max_group) {
        group.push_back(std::move(waiting.front()));
        waiting.pop_front();
    }
    return group;
}

void AuditLog::State::run() {
    std::unique_lock lock(mutex);
    for (;;) {
        std::vector<Waiting> group = take(lock);
        if (group.empty() && closing) return;
        lock.unlock();
        if (group.empty())
            erase_old();
        else
            write(std::move(group));
        lock.lock();
    }
}

void AuditLog::State::write(std::vector<Waiting> group) {
    std::vector<Writer::Order> orders;
    orders.reserve(group.size());
    for (Waiting& one : group) orders.push_back(std::move(one.order));
    {
        const std::lock_guard guard(writer_mutex);
        writer->write(orders);
    }
    std::uint64_t failed = 0;
    for (const Writer::Order& order : orders) failed += order.sequence ? 0 : 1;
    {
        const std::lock_guard guard(mutex);
        figures.entries = writer->size();
        figures.failures += failed;
    }
    for (std::size_t i = 0; i < group.size(); ++i)
        if (group[i].done) group[i].done(std::move(orders[i].sequence));
}

void AuditLog::State::erase_old() {
    const UtcTime now = clock.utc_now();
    const std::lock_guard guard(writer_mutex);
    const auto erased = writer->erase_personal(now - options.keep_personal, now);
    if (!erased)
        log::warn("what tells of people in old audit entries was not erased: {}", erased.error().message);
    else if (*erased > 0)
        log::info("what tells of people was erased from {} old audit entries", *erased);
}

AuditLog::AuditLog(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::shared_ptr<AuditLog>> AuditLog::open(Options options, const Clock& clock) {
    const Layout layout{options.hub};
    VEDETTE_TRY(auto sealer, PersonalSealer::open(layout));
    VEDETTE_TRY(auto signing, open_signing(layout));
    auto state = std::make_unique<State>(std::move(options), clock, std::move(signing), std::move(sealer));
    const UtcTime now = clock.utc_now();
    VEDETTE_TRY(auto opened,
                open_log(layout, state->signing, *state->sealer, state->options.organisation, now));
    VEDETTE_TRY(auto writer,
                Writer::start(std::move(opened), *state->sealer, state->options.organisation, now));
    state->writer.emplace(std::move(writer));
    state->figures.entries = state->writer->size();
    VEDETTE_TRY(auto reader, Book::open(layout.database(), store::Access::read_only));
    state->reader = std::make_shared<Book>(std::move(reader));
    state->erase_old();
    state->thread = std::thread([raw = state.get()] { raw->run(); });
    return std::shared_ptr<AuditLog>(new AuditLog(std::move(state)));
}

AuditLog::~AuditLog() {
    {
        const std::lock_guard guard(state_->mutex);
        state_->closing = true;
    }
    state_->changed.notify_one();
    state_->thread.join();
    state_->reading.join();
}

void AuditLog::append(Entry entry, Done done) {
    {
        const std::lock_guard guard(state_->mutex);
        if (state_->waiting.size() < state_->options.max_waiting && !state_->closing) {
            state_->waiting.push_back({.order = {.entry = std::move(entry)}, .done = std::move(done)});
            state_->changed.notify_one();
            return;
        }
        ++state_->figures.failures;
    }
    if (done) done(fail(ErrorKind::exhausted, "too many audit entries wait to be written"));
}

AuditLog::Awaitable<Result<std::uint64_t>> AuditLog::append(Entry entry) {
    auto start = [this, todo = std::move(entry)](Done done) mutable {
        append(std::move(todo), std::move(done));
    };
    co_return co_await await_value<Result<std::uint64_t>>(std::move(start));
}

void AuditLog::note(Entry entry) {
    append(std::move(entry), Done());
}

AuditLog::Awaitable<Result<std::vector<ListedWithResult>>> AuditLog::list(Query query) {
    auto work = [this, book = state_->reader, asked = std::move(query)] {
        return book->list(asked, *state_->sealer);
    };
    co_return co_await run_on(state_->reading, std::move(work));
}

AuditLog::Awaitable<Result<std::vector<Listed>>> AuditLog::page(Query query, std::uint64_t from) {
    auto work = [this, book = state_->reader, asked = std::move(query), from] {
        return book->page(asked, from, *state_->sealer);
    };
    co_return co_await run_on(state_->reading, std::move(work));
}

Result<std::uint64_t> AuditLog::erase_personal(UtcTime before, UtcTime now) {
    const std::lock_guard guard(state_->writer_mutex);
    return state_->writer->erase_personal(before, now);
}

Figures AuditLog::figures() const {
    const std::lock_guard guard(state_->mutex);
    return state_->figures;
}

}  // namespace vedette::hub::audit
