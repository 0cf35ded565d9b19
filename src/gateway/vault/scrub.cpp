#include "gateway/vault/scrub.hpp"

#include <condition_variable>
#include <mutex>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "gateway/vault/record.hpp"

namespace vedette::vault {

namespace {

namespace chrono = std::chrono;

constexpr std::size_t max_checked_size = 64 << 10;
constexpr chrono::hours after_an_error{1};
constexpr chrono::milliseconds slice{20};  // of work between two pauses

// Recording comes first, for the processor and for the disk.
void give_way() {
    constexpr int ioprio_who_process = 1;  // linux/ioprio.h is no header that glibc has
    constexpr int ioprio_idle = 3 << 13;
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
    (void)::syscall(SYS_ioprio_set, ioprio_who_process, 0, ioprio_idle);
}

ScrubStatus read_status(const Layout& layout) {
    ScrubStatus status;
    const auto bytes = read_file(layout.checked(), max_checked_size);
    if (!bytes) return status;
    std::string_view rest = as_text(*bytes);
    for (bool first = true; !rest.empty(); first = false) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (first) {
            if (const auto time = parse_rfc3339(line)) status.finished = *time;
        } else if (status.damage.size() < max_damage && !line.empty()) {
            status.damage.emplace_back(line);
        }
    }
    return status;
}

void write_status(const Layout& layout, const ScrubStatus& status) {
    std::string text = status.finished ? to_rfc3339(*status.finished) : "never";
    for (const std::string& one : status.damage) text += "\n" + one;
    text += "\n";
    if (const auto written = replace_file(layout.checked(), as_bytes(text), 0640); !written)
        log::warn("what the check of all recordings found could not be kept: {}", written.error().message);
}

}  // namespace

struct Scrubber::Impl {
    Impl(Layout l, const Clock& c, ScrubOptions o)
        : layout(std::move(l)), clock(c), options(std::move(o)), status(read_status(layout)) {}

    void run(const std::stop_token& stop) {
        give_way();
        if (options.on_status) options.on_status(status);
        chrono::seconds wait = options.first_delay;
        for (;;) {
            wait = std::max(wait, until_due());
            if (!pause(stop, wait)) return;
            wait = pass(stop) ? chrono::seconds(0) : chrono::seconds(after_an_error);
        }
    }

    chrono::seconds until_due() const {
        if (!status.finished) return chrono::seconds(0);
        const auto left =
            chrono::ceil<chrono::seconds>(*status.finished + options.interval - clock.utc_now());
        return std::clamp(left, chrono::seconds(0), options.interval);  // a clock may be set back
    }

    /// False: it shall end.
    bool pause(const std::stop_token& stop, chrono::nanoseconds time) {
        std::unique_lock lock(mutex);
        return !waiting.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
    }

    /// False when nothing could be said.
    bool pass(const std::stop_token& stop) {
        std::vector<std::string> found;
        auto resumed = chrono::steady_clock::now();
        const auto keep_pace = [&](const VerifyProgress&) {
            const auto worked = chrono::steady_clock::now() - resumed;
            if (worked < slice) return !stop.stop_requested();
            const bool go_on = pause(stop, worked * (100 - options.percent) / options.percent);
            resumed = chrono::steady_clock::now();
            return go_on;
        };
        std::uint64_t faults = 0;
        const auto report = verify(layout, {.on_progress = keep_pace}, [&](const Fault& fault) {
            ++faults;
            std::string sentence = to_line(fault);
            log::error("recordings are damaged: {}", sentence);
            if (found.size() == max_damage) return;
            found.push_back(sentence);
            if (status.damage.size() == max_damage ||
                std::ranges::find(status.damage, sentence) != status.damage.end())
                return;
            ScrubStatus now = status;
            now.damage.push_back(std::move(sentence));
            update(std::move(now));
        });
        if (stop.stop_requested()) return true;
        if (!report) {
            log::warn("the recordings could not be checked: {}", report.error().message);
            return false;
        }
        log::info("all recordings were read: {} fragments are as they were signed, {} faults",
                  report->fragments, faults);
        update({clock.utc_now(), std::move(found)});
        return true;
    }

    void update(ScrubStatus now) {
        status = std::move(now);
        write_status(layout, status);
        if (options.on_status) options.on_status(status);
    }

    const Layout layout;
    const Clock& clock;
    const ScrubOptions options;
    ScrubStatus status;  // of the thread alone, once it runs
    std::mutex mutex;
    std::condition_variable_any waiting;
};

Scrubber::Scrubber(Layout layout, const Clock& clock, ScrubOptions options)
    : impl_(std::make_unique<Impl>(std::move(layout), clock, std::move(options))),
      thread_([impl = impl_.get()](const std::stop_token& stop) { impl->run(stop); }) {}

Scrubber::~Scrubber() = default;

}  // namespace vedette::vault
