#include "hub/identity/throttle.hpp"

#include <algorithm>
#include <cmath>

#include <boost/asio/ip/address.hpp>

namespace vedette::hub::identity {

namespace {

// Room for one more entry: the one that was not used for longest goes.
template <class Map, class TimeOf>
void make_room(Map& map, std::size_t entries, TimeOf time_of) {
    if (map.size() < entries) return;
    map.erase(std::ranges::min_element(
        map, {}, [&](const typename Map::value_type& entry) { return time_of(entry.second); }));
}

std::chrono::seconds round_up(MonotonicTime::duration wait) {
    return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(wait));
}

std::string pair_key(std::string_view account, std::string_view network) {
    return std::string(account) + '\n' + std::string(network);  // names have no control characters
}

}  // namespace

std::string network_of(std::string_view address) {
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(address, error);
    if (error || !parsed.is_v6()) return std::string(address);
    const auto v6 = parsed.to_v6();
    if (v6.is_v4_mapped())
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
    auto bytes = v6.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return boost::asio::ip::address_v6(bytes).to_string();
}

std::string Throttle::account_key(std::string_view account, const std::string& network) const {
    std::string pair = pair_key(account, network);
    return known_.contains(pair) ? pair : std::string(account);
}

std::optional<std::chrono::seconds> Throttle::take_token(const std::string& network, MonotonicTime now) {
    if (!buckets_.contains(network))
        make_room(buckets_, limits_.entries, [](const Bucket& b) { return b.at; });
    Bucket& bucket = buckets_.try_emplace(network, Bucket{limits_.attempts_burst, now}).first->second;
    const double refill = std::chrono::duration<double>(now - bucket.at) / limits_.attempt_refill;
    bucket.tokens = std::min(limits_.attempts_burst, bucket.tokens + refill);
    bucket.at = now;
    if (bucket.tokens < 1)
        return round_up(std::chrono::duration_cast<MonotonicTime::duration>((1 - bucket.tokens) *
                                                                            limits_.attempt_refill));
    bucket.tokens -= 1;
    return std::nullopt;
}

std::optional<std::chrono::seconds> Throttle::begin(std::string_view account, std::string_view address,
                                                    MonotonicTime now) {
    const std::string network = network_of(address);
    if (const auto wait = take_token(network, now)) return wait;

    const std::string key = account_key(account, network);
    if (!failures_.contains(key))
        make_room(failures_, limits_.entries, [](const Failures& f) { return f.at; });
    Failures& failures = failures_[key];
    if (now - failures.at > limits_.forget_after) failures = {};
    if (now < failures.not_before) return round_up(failures.not_before - now);
    failures.at = now;
    failures.count += 1;
    if (failures.count > limits_.free_failures) {
        const unsigned doublings = std::min(failures.count - limits_.free_failures - 1, 20U);
        failures.not_before = now + std::min(limits_.longest_delay, limits_.first_delay * (1 << doublings));
    }
    return std::nullopt;
}

void Throttle::succeeded(std::string_view account, std::string_view address, MonotonicTime now) {
    const std::string network = network_of(address);
    failures_.erase(account_key(account, network));
    std::string pair = pair_key(account, network);
    if (!known_.contains(pair)) make_room(known_, limits_.entries, [](MonotonicTime at) { return at; });
    known_[std::move(pair)] = now;
}

}  // namespace vedette::hub::identity
