#include "witness/service.hpp"

#include "base/log.hpp"
#include "net/worker_pool.hpp"

namespace vedette::witness {

namespace {

constexpr std::string_view add_path = "/add-checkpoint";
constexpr std::string_view checkpoint_word = "/checkpoint";

struct Desk {
    Ledger ledger;
    const Clock& clock;
};

/// What runs on the thread has the desk alone, since a thread can't wait for its own end.
struct ServiceState {
    std::shared_ptr<Desk> desk;
    net::WorkerPool thread{1};
};

net::Response plain(unsigned status, std::string body, std::string type = "text/plain; charset=utf-8") {
    net::Response response;
    response.status = status;
    response.headers = {{"Content-Type", std::move(type)}, {"Cache-Control", "no-store"}};
    response.body = std::move(body);
    return response;
}

net::Response refused(const Refusal& refusal) {
    if (refusal.size) return plain(refusal.status, fmt::format("{}\n", *refusal.size), "text/x.tlog.size");
    return plain(refusal.status, refusal.sentence + "\n");
}

net::Response not_allowed(std::string method) {
    net::Response response = plain(405, fmt::format("this is asked with {}\n", method));
    response.headers.push_back({"Allow", std::move(method)});
    return response;
}

net::Response answer_growth(Desk& desk, const std::string& body) {
    const auto growth = crypto::Growth::parse(body);
    if (!growth) return refused({400, growth.error().message});
    const auto answer = desk.ledger.add_checkpoint(*growth, desk.clock.utc_now());
    if (!answer) {
        log::error("a checkpoint could not be kept: {}", answer.error().message);
        return refused({503, "the checkpoint could not be kept here, so it was not cosigned"});
    }
    if (const auto* refusal = std::get_if<Refusal>(&*answer)) {
        if (refusal->status == 422)
            log::warn("the log {} was refused: {}", growth->checkpoint.origin, refusal->sentence);
        return refused(*refusal);
    }
    return plain(200, std::get<std::string>(*answer));
}

net::Response answer_checkpoint(const Desk& desk, std::string_view origin_hash) {
    auto note = desk.ledger.checkpoint(origin_hash);
    if (note) return plain(200, std::move(*note));
    if (note.error().kind == ErrorKind::not_found)
        return refused({404, "no checkpoint of such a log was cosigned"});
    log::error("a checkpoint can't be read: {}", note.error().message);
    return refused({503, "the checkpoint can't be read"});
}

net::Awaitable<net::Response> answer_request(std::shared_ptr<ServiceState> state, net::Request request) {
    std::string_view path = request.path;
    if (path == add_path) {
        if (request.method != net::Method::post) co_return not_allowed("POST");
        auto working = net::run_blocking(state->thread, [desk = state->desk, body = std::move(request.body)] {
            return answer_growth(*desk, body);
        });
        co_return co_await std::move(working);
    }
    if (!path.ends_with(checkpoint_word)) co_return refused({404, "there is nothing here"});
    if (request.method != net::Method::get) co_return not_allowed("GET");
    path.remove_prefix(1);
    path.remove_suffix(checkpoint_word.size());
    auto reading = net::run_blocking(state->thread, [desk = state->desk, origin_hash = std::string(path)] {
        return answer_checkpoint(*desk, origin_hash);
    });
    co_return co_await std::move(reading);
}

}  // namespace

net::HttpLimits service_limits() {
    net::HttpLimits limits;
    limits.body_bytes = crypto::max_growth_size;
    limits.connections = 256;
    limits.connections_per_address = 16;
    limits.body = std::chrono::seconds(10);
    limits.idle = std::chrono::seconds(30);
    return limits;
}

net::RequestHandler make_service(Ledger ledger, const Clock& clock) {
    auto state = std::make_shared<ServiceState>(std::make_shared<Desk>(std::move(ledger), clock));
    return [state](net::Request request) { return answer_request(state, std::move(request)); };
}

}  // namespace vedette::witness
