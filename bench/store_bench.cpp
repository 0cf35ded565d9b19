// The store against its bars, each part against a peer in the same run; bench_store.py starts it and writes
// bench/RESULTS_STORE.md. Every line of output is a name and a number.
//
// usage: store_bench seal | read FOLDER | write FOLDER MIB ROUNDS | generate FOLDER CAMERAS DAYS |
//        first_picture FOLDER CAMERAS DAYS | start FOLDER | retention FOLDER FRAGMENTS

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "crypto/merkle.hpp"
#include "crypto/signed_note.hpp"
#include "gateway/vault/index.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/segment_file.hpp"
#include "gateway/vault/vault.hpp"

namespace {

using namespace vedette;
using namespace vedette::vault;
namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr std::size_t fragment_bytes = 1 << 20;  // 2 s of 4 Mbit/s
constexpr int fragments_of_segment = 30;
constexpr Ticks90k fragment_length = std::chrono::seconds(2);
constexpr Ticks90k segment_span = fragment_length * fragments_of_segment;

[[noreturn]] void die(std::string_view what) {
    std::fprintf(stderr, "store_bench: %.*s\n", static_cast<int>(what.size()), what.data());
    std::exit(1);
}

template <class T>
T need(Result<T> result) {
    if (!result) die(result.error().message);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

void tell(const char* name, double value) {
    std::printf("%s %.6g\n", name, value);
    std::fflush(stdout);
}

// Of this thread.
double cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Of all processors, by this process and those that it started and waited for.
double busy_seconds() {
    double sum = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage{};
        ::getrusage(who, &usage);
        for (const timeval& time : {usage.ru_utime, usage.ru_stime})
            sum += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    }
    return sum;
}

double seconds_since(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

double at(std::vector<double> values, double part) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[std::min(values.size() - 1,
                           static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

Bytes noise(std::size_t size, unsigned seed) {
    std::mt19937_64 random(seed);
    Bytes bytes(size);
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
        const std::uint64_t value = random();
        std::memcpy(bytes.data() + i, &value, 8);
    }
    return bytes;
}

// What light encryption leaves in clear of a fragment of 50 pictures, each one slice of CABAC. The sealed
// start is that of media/clear_parts, which the store does not know.
std::vector<ClearRange> clear_of(std::size_t size) {
    constexpr std::size_t head = 1500;
    constexpr std::size_t sealed_start = 1024;
    constexpr std::size_t least_rest = 4096;
    const std::size_t picture = (size - head) / 50;
    std::vector<ClearRange> ranges;
    for (std::size_t i = 0; picture >= sealed_start + least_rest && i < 50; ++i)
        ranges.push_back({static_cast<std::uint32_t>(head + i * picture + sealed_start),
                          static_cast<std::uint32_t>(picture - sealed_start)});
    return ranges;
}

CameraId camera_number(int number) {
    Uuid uuid;
    uuid.bytes[0] = std::byte{0x40};
    uuid.bytes[15] = static_cast<std::byte>(number);
    return CameraId(uuid);
}

// -------------------------------------------------------------------------------------------------- sealing

// AES-256-GCM in one message and SHA-256 over what comes out: what nobody who seals and signs can do without.
class Plain {
  public:
    void run(const Bytes& plain, std::span<std::byte> out) {
        int written = 0;
        const auto* in = reinterpret_cast<const unsigned char*>(plain.data());
        auto* to = reinterpret_cast<unsigned char*>(out.data());
        EVP_EncryptInit_ex(cipher_, EVP_aes_256_gcm(), nullptr, key_, iv_);
        EVP_EncryptUpdate(cipher_, to, &written, in, static_cast<int>(plain.size()));
        EVP_EncryptFinal_ex(cipher_, to + written, &written);
        ++iv_[0];
        EVP_Digest(to, plain.size(), digest_, nullptr, EVP_sha256(), nullptr);
    }

  private:
    EVP_CIPHER_CTX* cipher_ = EVP_CIPHER_CTX_new();
    unsigned char key_[32]{}, iv_[12]{}, digest_[32]{};
};

// A record as it goes to the disk, its leaf in the tree, and a signed checkpoint after every so many.
class Ours {
  public:
    void run(const Bytes& plain, bool is_light = false) {
        RecordHeader header;
        header.sequence = ++sequence_;
        const std::array pieces{ByteView(plain)};
        if (const auto clear = clear_of(plain.size()); is_light && !clear.empty())
            builder_.build_light(header, key_, pieces, clear);
        else
            builder_.build(header, &key_, pieces);
        tree_.add(crypto::merkle_leaf_hash(builder_.entry()));
        if (tree_.size() % 320 == 0)  // 64 cameras, 10 s
            signed_ += crypto::sign_note(crypto::Checkpoint{"bench", tree_.size(), tree_.root()}.text(),
                                         "bench", signer_)
                           .size();
    }

  private:
    RecordBuilder builder_;
    std::uint64_t sequence_ = 0;
    const Secret key_ = crypto::random_secret(32);
    crypto::MerkleFrontier tree_;
    crypto::Ed25519Signer signer_ = crypto::Ed25519Signer::generate();
    std::size_t signed_ = 0;
};

void seal_of(std::size_t size, const std::string& name) {
    constexpr std::size_t total = 256u << 20;
    std::vector<Bytes> fragments;
    for (unsigned i = 0; i < (64u << 20) / size; ++i) fragments.push_back(noise(size, i));
    Bytes out(size + 16);
    Plain plain;
    Ours ours;
    std::vector<double> plain_speed, ours_speed, light_speed, ratios, light_ratios;
    for (int round = 0; round < 9; ++round) {
        const auto measure = [&](const auto& run) {
            const double start = cpu_seconds();
            for (std::size_t done = 0, i = 0; done < total; done += size, ++i)
                run(fragments[i % fragments.size()]);
            return static_cast<double>(total) / 1e9 / (cpu_seconds() - start);
        };
        plain_speed.push_back(measure([&](const Bytes& fragment) { plain.run(fragment, out); }));
        ours_speed.push_back(measure([&](const Bytes& fragment) { ours.run(fragment); }));
        light_speed.push_back(measure([&](const Bytes& fragment) { ours.run(fragment, true); }));
        ratios.push_back(plain_speed.back() / ours_speed.back());
        light_ratios.push_back(ours_speed.back() / light_speed.back());
    }
    tell((name + "_plain_gb").c_str(), at(plain_speed, 0.5));
    tell((name + "_ours_gb").c_str(), at(ours_speed, 0.5));
    tell((name + "_ratio").c_str(), at(ratios, 0.5));
    tell((name + "_light_gb").c_str(), at(light_speed, 0.5));
    tell((name + "_light_ratio").c_str(), at(light_ratios, 0.5));
}

// -------------------------------------------------------------------------------------------------- reading

/// How much is done at once: sealing and writing one after another, sealing in one thread while another
/// writes, or as it is.
enum class Threads { one, two, all };

std::unique_ptr<Vault> open_vault(const fs::path& folder, Threads threads = Threads::all) {
    VaultOptions options;
    options.folder = folder;
    if (threads == Threads::one) options.write_behind_bytes = std::numeric_limits<std::size_t>::max();
    if (threads == Threads::two) options.seal_threads = 0;
    options.retention_interval = std::chrono::milliseconds(0);
    return need(Vault::open(std::move(options)));
}

Fragment fragment_of(StreamKey stream, std::uint64_t run, UtcTime start,
                     const std::shared_ptr<const Bytes>& bytes) {
    return {stream, run, start, fragment_length, CameraTime{}, {{bytes, ByteView(*bytes)}}};
}

void read_back(const fs::path& folder, Encryption encryption, const std::string& name) {
    fs::create_directories(folder.parent_path());
    constexpr int count = 512;
    const StreamKey stream{camera_number(0), 0};
    const auto bytes = std::make_shared<const Bytes>(noise(fragment_bytes, 1));
    {
        const auto vault = open_vault(folder);
        vault->set_encryption(stream.camera, encryption);
        const auto run = need(vault->begin_run(stream, bytes));
        UtcTime time = from_unix_seconds(1'800'000'000);
        for (int i = 0; i < count; ++i, time += fragment_length) {
            while (!vault->has_room(fragment_bytes))
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            Fragment fragment = fragment_of(stream, run, time, bytes);
            fragment.clear = clear_of(fragment_bytes);
            need(vault->append(std::move(fragment)));
        }
        need(vault->flush());
    }
    const auto vault = open_vault(folder);
    std::vector<double> by_cpu, by_wall;
    for (int round = 0; round < 4; ++round) {  // the first one fills the cache
        Cursor cursor = need(vault->read(stream, {}));
        const double cpu = cpu_seconds();
        const auto start = Steady::now();
        double gigabytes = 0;
        while (auto item = need(cursor.next()))
            if (const auto* fragment = std::get_if<PlayFragment>(&*item))
                gigabytes += static_cast<double>(fragment->data->size()) / 1e9;
        if (round == 0) continue;
        by_cpu.push_back(gigabytes / (cpu_seconds() - cpu));
        by_wall.push_back(gigabytes / seconds_since(start));
    }
    tell((name + "_gb_per_cpu_second").c_str(), at(by_cpu, 0.5));
    tell((name + "_gb_per_second").c_str(), at(by_wall, 0.5));
}

// -------------------------------------------------------------------------------------------------- writing

constexpr auto sync_interval = std::chrono::seconds(1);  // as the store's own

// What `dd oflag=direct bs=1M` does, with a sync as often as the store makes one: the least that puts bytes
// safely onto this disk. `cipher`: each block encrypted and hashed before, in the same thread. Seconds.
double write_bare(const fs::path& file_name, int mebibytes, Plain* cipher) {
    auto* const buffer = static_cast<std::byte*>(std::aligned_alloc(4096, fragment_bytes));
    const std::span block(buffer, fragment_bytes);
    const Bytes bytes = noise(fragment_bytes, 3);
    std::ranges::copy(bytes, buffer);
    const File file = need(File::open(file_name, O_WRONLY | O_CREAT | O_EXCL | O_DIRECT, 0640));
    const auto start = Steady::now();
    auto next_sync = start + sync_interval;
    for (int i = 0; i < mebibytes; ++i) {
        if (cipher != nullptr) cipher->run(bytes, block);
        if (::pwrite(file.fd(), buffer, fragment_bytes, off_t{i} * off_t{fragment_bytes}) !=
            static_cast<ssize_t>(fragment_bytes))
            die("pwrite");
        if (Steady::now() < next_sync) continue;
        if (::fdatasync(file.fd()) != 0) die("fdatasync");
        next_sync = Steady::now() + sync_interval;
    }
    if (::fdatasync(file.fd()) != 0) die("fdatasync");
    const double seconds = seconds_since(start);
    std::free(buffer);
    fs::remove(file_name);
    return seconds;
}

// dd itself, as often as it takes to sync each second; a piece is what it wrote in a second before. `input`
// is in memory. Seconds.
class Dd {
  public:
    Dd(fs::path input, fs::path output, int mebibytes, const char* flags)
        : input_(std::move(input)), output_(std::move(output)), mebibytes_(mebibytes), flags_(flags) {
        if (fs::exists(input_)) return;
        const File file = need(File::open(input_, O_WRONLY | O_CREAT | O_EXCL, 0600));
        const Bytes bytes = noise(fragment_bytes, 5);
        for (int i = 0; i < mebibytes_; ++i) need(file.write(bytes));
    }
    double run() {
        const auto start = Steady::now();
        for (int done = 0; done < mebibytes_; done += piece_) {
            const std::string command = fmt::format(
                "dd if={} of={} bs=1M skip={} seek={} count={} conv=fdatasync,notrunc {} status=none",
                input_.string(), output_.string(), done, done, std::min(piece_, mebibytes_ - done), flags_);
            if (std::system(command.c_str()) != 0) die(command);
        }
        const double seconds = seconds_since(start);
        piece_ = std::max(1, static_cast<int>(mebibytes_ / seconds));
        fs::remove(output_);
        return seconds;
    }

  private:
    const fs::path input_;
    const fs::path output_;
    const int mebibytes_;
    const char* const flags_;
    int piece_ = 512;
};

// The same bytes from sixteen cameras through the store: sealed, written, synced, signed and indexed.
// Seconds.
double write_ours(const fs::path& folder, int mebibytes, Encryption encryption,
                  Threads threads = Threads::all) {
    constexpr int cameras = 16;
    const auto bytes = std::make_shared<const Bytes>(noise(fragment_bytes, 3));
    const auto init = std::make_shared<const Bytes>(noise(1000, 4));
    const std::vector<ClearRange> clear = clear_of(fragment_bytes);
    double seconds = 0;
    {
        const auto vault = open_vault(folder, threads);
        std::vector<std::uint64_t> runs;
        for (int camera = 0; camera < cameras; ++camera) {
            vault->set_encryption(camera_number(camera), encryption);
            runs.push_back(need(vault->begin_run({camera_number(camera), 0}, init)));
        }
        const auto start = Steady::now();
        for (int i = 0; i < mebibytes; ++i) {
            const int camera = i % cameras;
            Fragment fragment =
                fragment_of({camera_number(camera), 0}, runs[static_cast<std::size_t>(camera)],
                            from_unix_seconds(1'800'000'000) + i / cameras * fragment_length, bytes);
            fragment.clear = clear;
            while (!vault->has_room(fragment_bytes))
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            need(vault->append(std::move(fragment)));
        }
        need(vault->flush());
        seconds = seconds_since(start);
    }
    fs::remove_all(folder);
    return seconds;
}

// In turn, so that what else the machine does meets all of them. Beside the medians the best round of each: a
// machine that does other things as well has its best rounds at other times for each of them.
void write(const fs::path& folder, int mebibytes, int rounds) {
    fs::create_directories(folder);
    Plain cipher;
    const fs::path memory = fs::path("/dev/shm") / fmt::format("store-bench-{}", ::getpid());
    Dd cached(memory, folder / "dd", mebibytes, "");
    Dd direct(memory, folder / "dd", mebibytes, "oflag=direct");
    write_bare(folder / "bare", mebibytes, nullptr);  // the first one meets an empty cache of the file system
    cached.run();
    direct.run();
    std::map<std::string, std::vector<double>> times, busy;
    const auto measure = [&](const std::string& name, const auto& work) {
        const double before = busy_seconds();
        times[name].push_back(work());
        busy[name].push_back(busy_seconds() - before);
    };
    const auto ours = [&](Encryption encryption, Threads threads) {
        return write_ours(folder / "ours", mebibytes, encryption, threads);
    };
    for (int round = 0; round < rounds; ++round) {
        measure("bare", [&] { return write_bare(folder / "bare", mebibytes, nullptr); });
        measure("sealed", [&] { return write_bare(folder / "bare", mebibytes, &cipher); });
        measure("dd", [&] { return cached.run(); });
        measure("full", [&] { return ours(Encryption::full, Threads::all); });
        measure("dd_direct", [&] { return direct.run(); });
        measure("two", [&] { return ours(Encryption::full, Threads::two); });
        measure("serial", [&] { return ours(Encryption::full, Threads::one); });
        measure("light", [&] { return ours(Encryption::light, Threads::all); });
    }
    fs::remove(memory);
    const double megabytes = static_cast<double>(mebibytes) * static_cast<double>(fragment_bytes) / 1e6;
    for (const auto& [name, values] : times) {
        tell(("write_" + name + "_mb").c_str(), megabytes / at(values, 0.5));
        tell(("write_" + name + "_best_mb").c_str(), megabytes / at(values, 0));
        tell(("write_" + name + "_cpu_per_gb").c_str(), at(busy[name], 0.5) * 1000 / megabytes);
    }
    for (const std::string name : {"full", "two", "serial", "light"})
        for (const std::string peer : {"bare", "sealed", "dd", "dd_direct"}) {
            std::vector<double> ratios;
            for (std::size_t i = 0; i < times[name].size(); ++i)
                ratios.push_back(times[name][i] / times[peer][i]);
            tell(("write_" + name + "_to_" + peer).c_str(), at(ratios, 0.5));
            tell(("write_" + name + "_to_" + peer + "_best").c_str(),
                 at(times[name], 0) / at(times[peer], 0));
        }
}

// ------------------------------------------------------------------------------------------------- the index

constexpr int picks = 300;
constexpr std::int64_t first_day = 20'000;

struct Pick {
    int camera = 0;
    int segment = 0;  // of the camera
    int fragment = 0;
};

// The same for who generates and who looks.
std::vector<Pick> random_picks(int cameras, int segments) {
    std::mt19937 random(4);
    std::vector<Pick> all;
    while (all.size() < picks)
        all.push_back({static_cast<int>(random() % static_cast<unsigned>(cameras)),
                       static_cast<int>(random() % static_cast<unsigned>(segments)),
                       static_cast<int>(random() % fragments_of_segment)});
    return all;
}

UtcTime segment_start(int segment) {
    return from_unix_seconds(first_day * 86'400) + segment * segment_span;
}

// Segments of one length: records at the same blocks everywhere.
SegmentInfo segment_info(StreamKey stream, int segment) {
    SegmentInfo info{
        {stream, static_cast<std::uint64_t>(segment) * (fragments_of_segment + 2)}, 0, 0, {}, {}};
    info.day = utc_day(segment_start(segment));
    RecordHeader header;
    header.stream = stream;
    header.segment = info.id.first_sequence;
    header.day = info.day;
    header.run = 1;
    for (int i = 0; i < fragments_of_segment + 2; ++i) {
        header.type = i == 0 ? RecordType::segment : i == 1 ? RecordType::init : RecordType::fragment;
        header.sequence = info.id.first_sequence + static_cast<std::uint64_t>(i);
        header.start = segment_start(segment) + std::max(0, i - 2) * fragment_length;
        header.duration = i < 2 ? Ticks90k::zero() : fragment_length;
        header.plain_size = i == 0 ? 16 : i == 1 ? 700 : static_cast<std::uint32_t>(fragment_bytes);
        header.payload_size =
            i == 0 ? 16 : static_cast<std::uint32_t>(crypto::cobblestone_sealed_size(header.plain_size));
        info.add(header);
        header.block += header.blocks();
    }
    return info;
}

// The init and the one fragment that is looked for; the rest of the file is a hole.
void write_sparse(const Layout& layout, KeyStore& keys, StreamKey stream, const Pick& pick,
                  const Bytes& bytes) {
    const SegmentInfo info = segment_info(stream, pick.segment);
    const fs::path path = layout.home().segment(info.id, info.day);
    fs::create_directories(path.parent_path());
    const File file = need(File::open(path, O_RDWR | O_CREAT, 0640));
    if (::ftruncate(file.fd(), static_cast<off_t>(info.bytes)) != 0) die("ftruncate");
    const KeyStore::Key key = need(keys.day_key_for_writing(stream.camera, info.day));
    RecordBuilder builder;
    for (const int row : {1, pick.fragment + 2}) {
        const RecordRow& record = info.rows[static_cast<std::size_t>(row)];
        RecordHeader header{
            .type = record.type, .stream = stream, .organisation = keys.organisation(), .run = 1};
        header.sequence = record.sequence;
        header.start = record.start;
        header.duration = record.duration;
        header.segment = info.id.first_sequence;
        header.day = info.day;
        header.block = record.block;
        const std::array pieces{ByteView(bytes).first(row == 1 ? 700 : fragment_bytes)};
        const ByteView record_bytes = builder.build(header, key.get(), pieces);
        if (::pwrite(file.fd(), record_bytes.data(), record_bytes.size(),
                     static_cast<off_t>(std::uint64_t{record.block} * block_size)) < 0)
            die("pwrite");
    }
    ::fsync(file.fd());
    ::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
}

void generate(const fs::path& folder, int cameras, int days) {
    open_vault(folder).reset();
    const Layout layout{folder};
    const int segments = static_cast<int>(days * std::chrono::hours(24) /
                                          std::chrono::duration_cast<std::chrono::seconds>(segment_span));
    {
        const auto index = need(Index::open(layout.index()));
        std::vector<SegmentInfo> batch;
        for (int camera = 0; camera < cameras; ++camera)
            for (int segment = 0; segment < segments; ++segment) {
                batch.push_back(segment_info({camera_number(camera), 0}, segment));
                if (batch.size() < 4096 && segment + 1 < segments) continue;
                need(index->insert(batch, 0));
                batch.clear();
            }
    }
    const auto keys = need(KeyStore::open(layout));
    const Bytes bytes = noise(fragment_bytes, 1);
    for (const Pick& pick : random_picks(cameras, segments))
        write_sparse(layout, *keys, {camera_number(pick.camera), 0}, pick, bytes);
    tell("index_segments", static_cast<double>(cameras) * segments);
    tell("index_fragments", static_cast<double>(cameras) * segments * fragments_of_segment);
    tell("index_mb", static_cast<double>(fs::file_size(layout.index())) / 1e6);
}

void forget_cached(const fs::path& path) {
    const File file = need(File::open(path, O_RDONLY));
    ::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
}

void first_picture(const fs::path& folder, int cameras, int days) {
    const int segments = static_cast<int>(days * std::chrono::hours(24) /
                                          std::chrono::duration_cast<std::chrono::seconds>(segment_span));
    const auto vault = open_vault(folder);
    forget_cached(Layout{folder}.index());
    std::vector<double> times;
    for (const Pick& pick : random_picks(cameras, segments)) {
        const UtcTime wanted =
            segment_start(pick.segment) + pick.fragment * fragment_length + Ticks90k(90'000);
        const auto start = Steady::now();
        Cursor cursor = need(vault->read({camera_number(pick.camera), 0}, wanted));
        for (;;) {
            const auto item = need(cursor.next());
            if (!item || std::get_if<PlayDamage>(&*item)) die("no picture where one was written");
            if (const auto* fragment = std::get_if<PlayFragment>(&*item)) {
                if (fragment->start > wanted) die("a later picture");
                break;
            }
        }
        times.push_back(seconds_since(start) * 1000);
    }
    tell("first_picture_p50_ms", at(times, 0.5));
    tell("first_picture_p99_ms", at(times, 0.99));
    tell("first_picture_most_ms", at(times, 1));
}

void start(const fs::path& folder) {
    std::vector<double> times;
    for (int round = 0; round < 5; ++round) {
        forget_cached(Layout{folder}.index());
        const auto begin = Steady::now();
        const auto vault = open_vault(folder);
        times.push_back(seconds_since(begin));
        const auto usage = Steady::now();
        need(vault->usage());
        if (round == 0) tell("usage_seconds", seconds_since(usage));
    }
    tell("start_seconds", at(times, 0.5));
    tell("start_most_seconds", at(times, 1));
}

// ----------------------------------------------------------------------------------------------- retention

// How long a fragment waits from append() until the writer has written it, again and again.
class Probe {
  public:
    explicit Probe(Vault& vault) : vault_(vault), thread_([this](std::stop_token stop) { run(stop); }) {}
    std::vector<double> finish() {
        thread_.request_stop();
        thread_.join();
        return std::move(delays_);
    }

  private:
    void run(const std::stop_token& stop) {
        const StreamKey stream{camera_number(200), 0};
        const auto bytes = std::make_shared<const Bytes>(noise(100'000, 2));
        const std::uint64_t run = need(vault_.begin_run(stream, bytes));
        UtcTime time = SystemClock().utc_now();
        while (!stop.stop_requested()) {
            const std::uint64_t before = vault_.counters().fragments;
            const auto start = Steady::now();
            need(vault_.append(fragment_of(stream, run, time, bytes)));
            time += fragment_length;
            while (vault_.counters().fragments == before)
                std::this_thread::sleep_for(std::chrono::microseconds(200));
            delays_.push_back(seconds_since(start) * 1000);
            std::this_thread::sleep_for(std::chrono::milliseconds(7));
        }
    }
    Vault& vault_;
    std::vector<double> delays_;
    std::jthread thread_;
};

void retention(const fs::path& folder, int fragments) {
    constexpr int cameras = 16;
    open_vault(folder).reset();
    const Layout layout{folder};
    const int segments = fragments / fragments_of_segment / cameras;
    {
        const auto index = need(Index::open(layout.index()));
        const auto keys = need(KeyStore::open(layout));
        for (int camera = 0; camera < cameras; ++camera) {
            std::vector<SegmentInfo> batch;
            for (int segment = 0; segment < segments; ++segment) {
                batch.push_back(segment_info({camera_number(camera), 0}, segment));
                const SegmentInfo& info = batch.back();
                const fs::path path = layout.home().segment(info.id, info.day);
                fs::create_directories(path.parent_path());
                const File file = need(File::open(path, O_RDWR | O_CREAT, 0640));
                if (::ftruncate(file.fd(), static_cast<off_t>(info.bytes)) != 0) die("ftruncate");
                need(keys->day_key_for_writing(camera_number(camera), info.day));
            }
            need(index->insert(batch, 0));
        }
    }
    const auto vault = open_vault(folder);
    tell("retention_fragments", static_cast<double>(cameras) * segments * fragments_of_segment);
    Probe alone(*vault);
    std::this_thread::sleep_for(std::chrono::seconds(15));
    const auto quiet = alone.finish();
    tell("delay_alone_p50_ms", at(quiet, 0.5));
    tell("delay_alone_p99_ms", at(quiet, 0.99));

    for (int camera = 0; camera < cameras; ++camera)
        vault->set_retention(camera_number(camera), {.keep_days = 1});
    Probe beside(*vault);
    const auto begin = Steady::now();
    need(vault->expire());
    tell("retention_seconds", seconds_since(begin));
    const auto delays = beside.finish();
    tell("delay_beside_p50_ms", at(delays, 0.5));
    tell("delay_beside_p99_ms", at(delays, 0.99));
    tell("delay_beside_most_ms", at(delays, 1));
    std::size_t left = 0;
    std::error_code gone;
    for (int camera = 0; camera < cameras; ++camera)
        for (auto it =
                 fs::recursive_directory_iterator(layout.home().camera_folder(camera_number(camera)), gone);
             !gone && it != fs::recursive_directory_iterator(); it.increment(gone))
            left += it->is_regular_file() ? 1 : 0;
    if (left > 0) die("the rule left files");
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string_view> words(argv + 1, argv + argc);
    const auto number = [&](std::size_t place) { return std::atoi(argv[place + 1]); };
    if (words.size() == 1 && words[0] == "seal") {
        seal_of(fragment_bytes, "seal");
        seal_of(100'000, "seal_small");
    } else if (words.size() == 2 && words[0] == "read") {
        read_back(fs::path(words[1]) / "full", Encryption::full, "read");
        read_back(fs::path(words[1]) / "light", Encryption::light, "read_light");
    } else if (words.size() == 4 && words[0] == "write") {
        write(words[1], number(2), number(3));
    } else if (words.size() == 4 && words[0] == "generate") {
        generate(words[1], number(2), number(3));
    } else if (words.size() == 4 && words[0] == "first_picture") {
        first_picture(words[1], number(2), number(3));
    } else if (words.size() == 2 && words[0] == "start") {
        start(words[1]);
    } else if (words.size() == 3 && words[0] == "retention") {
        retention(words[1], number(2));
    } else {
        die("usage: seal | read FOLDER | write FOLDER MIB ROUNDS | generate FOLDER CAMERAS DAYS | "
            "first_picture FOLDER CAMERAS DAYS | start FOLDER | retention FOLDER FRAGMENTS");
    }
    return 0;
}
