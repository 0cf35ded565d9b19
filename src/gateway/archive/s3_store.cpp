#include "gateway/archive/s3_store.hpp"

#include <mutex>
#include <set>

#include "base/hex.hpp"
#include "gateway/archive/s3_answers.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/timeout.hpp"

namespace vedette::archive {

namespace {

using Seconds = std::chrono::seconds;
constexpr Seconds connect_limit{10};
constexpr Seconds answer_limit{15};
constexpr std::size_t slowest_bytes_per_second = 200'000;  // a slower line is none for an archive
constexpr std::size_t max_answer = 4u << 20;               // but for a range, whose size is known
constexpr std::size_t piece_size = 1u << 20;
constexpr std::size_t max_pages = 100'000;
const std::string& sha256_of_nothing() {
    static const std::string text = to_hex(crypto::sha256({}));
    return text;
}

Seconds limit_for(std::uint64_t bytes) {
    return answer_limit + Seconds(bytes / slowest_bytes_per_second);
}

// What is sent with a request: bytes, or a file from its begin.
struct Body {
    ByteView bytes{};
    const File* file = nullptr;
    std::uint64_t size = 0;
    std::string sha256 = sha256_of_nothing();
};

struct Exchange {
    std::string host;
    std::uint16_t port;
    std::string head;
    Body body;
    std::size_t answer_bytes;
    std::shared_ptr<const net::TlsClientContext> trust;
};

net::Awaitable<Result<>> send_body(net::TcpStream& stream, Body body) {
    if (body.file == nullptr) {
        if (!body.bytes.empty()) VEDETTE_CO_CHECK(co_await stream.write_all(body.bytes));
        co_return Result<>();
    }
    Bytes piece(piece_size);
    for (std::uint64_t offset = 0; offset < body.size;) {
        const std::size_t wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), body.size - offset));
        const auto got = body.file->read_at(offset, std::span(piece).first(wanted));
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) co_return fail(ErrorKind::corrupt, "the file was cut while it was sent");
        const ByteView bytes = ByteView(piece).first(*got);
        VEDETTE_CO_CHECK(co_await stream.write_all(bytes));
        offset += *got;
    }
    co_return Result<>();
}

net::Awaitable<Result<net::HttpAnswer>> exchange(Exchange request) {
    auto connecting = net::connect_tcp(request.host, request.port, connect_limit, net::Towards::server);
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(connecting));
    auto shaking = stream.start_tls(request.host, connect_limit, request.trust);
    VEDETTE_CO_CHECK(co_await std::move(shaking));
    VEDETTE_CO_CHECK(co_await stream.write_all(as_bytes(request.head)));
    auto sending = send_body(stream, request.body);
    VEDETTE_CO_CHECK(co_await std::move(sending));
    const net::HttpClientLimits limits{.body_bytes = request.answer_bytes};
    auto reading = net::read_http_answer(stream, limits);
    co_return co_await std::move(reading);
}

net::Awaitable<void> store_answer(Exchange request, Seconds limit, Result<net::HttpAnswer>& result) {
    std::string late = fmt::format("there was no answer within {} s", limit.count());
    auto whole = exchange(std::move(request));
    auto limited = net::with_timeout(limit, std::move(late), std::move(whole));
    result = co_await std::move(limited);
}

ErrorKind kind_of(unsigned status) {
    switch (status) {
        case 401:
        case 403:
            return ErrorKind::forbidden;
        case 404:
            return ErrorKind::not_found;
        case 507:
            return ErrorKind::exhausted;
        default:
            return ErrorKind::unavailable;
    }
}

class S3Store final : public vault::ObjectStore {
  public:
    S3Store(S3Address address, S3Settings settings, std::shared_ptr<const net::TlsClientContext> trust,
            const Clock& clock)
        : address_(std::move(address)),
          key_(std::move(settings.key)),
          page_(settings.page),
          trust_(std::move(trust)),
          clock_(clock),
          host_(address_.port == 443 ? address_.host : net::endpoint_text(address_.host, address_.port)) {}

    Result<> put(const std::string& key, const File& file, std::uint64_t size,
                 const crypto::Sha256Digest& digest) override {
        return put(key, Body{.file = &file, .size = size, .sha256 = to_hex(digest)});
    }
    Result<> put(const std::string& key, ByteView bytes) override {
        return put(key, Body{.bytes = bytes, .size = bytes.size(), .sha256 = to_hex(crypto::sha256(bytes))});
    }

    Result<std::size_t> read(const std::string& key, std::uint64_t offset,
                             std::span<std::byte> out) override {
        if (out.empty()) return 0;
        SignedRequest request = request_for("GET", key);
        request.headers.emplace_back("range", fmt::format("bytes={}-{}", offset, offset + out.size() - 1));
        VEDETTE_TRY(const net::HttpAnswer answer, call(request, {}, out.size()));
        if (answer.status == 416) return 0;  // behind the end
        // A server that gives all of it has not understood.
        if (answer.status != 206 || answer.body.size() > out.size()) return refused(key, answer);
        const ByteView bytes = as_bytes(answer.body);
        std::ranges::copy(bytes, out.begin());
        return bytes.size();
    }

    Result<std::uint64_t> size(const std::string& key) override {
        SignedRequest request = request_for("GET", key);
        request.headers.emplace_back("range", "bytes=0-0");
        VEDETTE_TRY(const net::HttpAnswer answer, call(request, {}, 1));
        if (answer.status != 206) return refused(key, answer);
        const auto ranges = answer.values("Content-Range");
        return parse_content_range(ranges.empty() ? "" : ranges.front());
    }

    Result<std::vector<vault::StoredObject>> list(const std::string& prefix) override {
        std::vector<vault::StoredObject> objects;
        std::string next;
        const std::string own = name_of("");
        for (std::size_t page = 0; page < max_pages; ++page) {
            SignedRequest request = request_for("GET", "");
            request.path = "/" + address_.bucket;
            request.query = {
                {"list-type", "2"}, {"max-keys", std::to_string(page_)}, {"prefix", name_of(prefix)}};
            if (!next.empty()) request.query.emplace_back("continuation-token", next);
            VEDETTE_TRY(const net::HttpAnswer answer, call(request, {}, max_answer));
            if (answer.status != 200) return refused(prefix, answer);
            VEDETTE_TRY(ObjectListing listing, parse_listing(answer.body));
            for (const auto& [key, modified] : listing.objects)
                if (key.starts_with(own)) objects.push_back({key.substr(own.size()), modified});
            if (listing.next.empty()) return objects;
            next = std::move(listing.next);
        }
        return fail(ErrorKind::exhausted, "the archive {} has too many objects", host_);
    }

    Result<> remove(const std::string& key) override {
        VEDETTE_TRY(const net::HttpAnswer answer, call(request_for("DELETE", key), {}, max_answer));
        if (answer.status / 100 == 2 || answer.status == 404) return {};
        return refused(key, answer);
    }

    void interrupt() override {
        const std::lock_guard lock(mutex_);
        is_interrupted_ = true;
        for (net::EventLoop* const loop : loops_) loop->stop();
    }

  private:
    // False: it shall not begin.
    bool enter(net::EventLoop* loop) const {
        const std::lock_guard lock(mutex_);
        if (!is_interrupted_) loops_.insert(loop);
        return !is_interrupted_;
    }
    void leave(net::EventLoop* loop) const {
        const std::lock_guard lock(mutex_);
        loops_.erase(loop);
    }

    std::string name_of(const std::string& key) const {
        return address_.prefix.empty() ? key : address_.prefix + "/" + key;
    }
    SignedRequest request_for(std::string method, const std::string& key) const {
        return {.method = std::move(method),
                .host = host_,
                .path = fmt::format("/{}/{}", address_.bucket, name_of(key)),
                .query = {},
                .headers = {},
                .payload_sha256 = {}};
    }

    Result<> put(const std::string& key, const Body& body) {
        VEDETTE_TRY(const net::HttpAnswer answer, call(request_for("PUT", key), body, max_answer));
        if (answer.status / 100 == 2) return {};
        return refused(key, answer);
    }

    Result<net::HttpAnswer> call(SignedRequest request, const Body& body, std::size_t answer_bytes) const {
        const UtcTime now = clock_.utc_now();
        request.payload_sha256 = body.sha256;
        request.headers.emplace_back("x-amz-content-sha256", body.sha256);
        request.headers.emplace_back("x-amz-date", amazon_date(now));
        std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", request.method,
                                       target_of(request), request.host);
        for (const auto& [name, value] : request.headers) head += fmt::format("{}: {}\r\n", name, value);
        if (request.method == "PUT") head += fmt::format("Content-Length: {}\r\n", body.size);
        head += fmt::format("Authorization: {}\r\n\r\n", authorization(request, key_, now));

        // An error is XML, and may be larger than what was asked for.
        const std::size_t most = std::max<std::size_t>(answer_bytes, 64 << 10);
        Result<net::HttpAnswer> result = fail(ErrorKind::cancelled, "it was interrupted");
        net::EventLoop loop("archive");
        if (enter(&loop)) {
            loop.run_until(store_answer({address_.host, address_.port, std::move(head), body, most, trust_},
                                        limit_for(body.size + answer_bytes), result));
            leave(&loop);
        }
        if (!result)
            return fail(
                result.error().kind == ErrorKind::not_found ? ErrorKind::unavailable : result.error().kind,
                "the archive {}: {}", host_, result.error().message);
        return result;
    }

    std::unexpected<Error> refused(const std::string& key, const net::HttpAnswer& answer) const {
        if (answer.status == 404 && error_code(answer.body) == "NoSuchBucket")
            return fail(ErrorKind::unavailable, "the archive {} has no bucket {}", host_, address_.bucket);
        return fail(kind_of(answer.status), "the archive {} answers {} for {}{}", host_, answer.status,
                    key.empty() ? "its list" : key,
                    error_words(answer.body).empty() ? "" : " (" + error_words(answer.body) + ")");
    }

    const S3Address address_;
    const SigningKey key_;
    const std::size_t page_;
    const std::shared_ptr<const net::TlsClientContext> trust_;
    const Clock& clock_;
    const std::string host_;
    mutable std::mutex mutex_;
    mutable std::set<net::EventLoop*> loops_;  ///< of the requests that go on
    bool is_interrupted_ = false;
};

}  // namespace

Result<std::unique_ptr<vault::ObjectStore>> connect_s3(const std::string& address, S3Settings settings,
                                                       const Clock& clock) {
    VEDETTE_TRY(S3Address parsed, parse_s3_address(address));
    net::TlsClientOptions trusted;
    if (!settings.authorities.empty()) {
        VEDETTE_TRY(const Bytes pem, read_file(settings.authorities, max_answer));
        trusted.authorities_pem = as_text(pem);
    }
    auto trust = net::TlsClientContext::make(trusted);
    if (!trust)
        return fail(trust.error().kind, "{}: {}", settings.authorities.string(), trust.error().message);
    return std::make_unique<S3Store>(std::move(parsed), std::move(settings), std::move(*trust), clock);
}

std::function<Result<std::unique_ptr<vault::ObjectStore>>(const std::string&)> s3_connector(
    std::filesystem::path data, const Clock& clock) {
    return [data = std::move(data),
            &clock](const std::string& address) -> Result<std::unique_ptr<vault::ObjectStore>> {
        VEDETTE_TRY(S3Settings settings, load_s3_settings(data));
        return connect_s3(address, std::move(settings), clock);
    };
}

}  // namespace vedette::archive
