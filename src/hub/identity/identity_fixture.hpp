#pragma once
// For tests: an Identity in a directory of its own, on a simulated clock.

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/test_folder.hpp"
#include "hub/identity/identity.hpp"

namespace vedette::hub::identity::testing {

constexpr std::string_view good_password = "five long words are enough";

/// Of an answer that lets somebody in at once.
inline std::expected<SignedIn, Refusal> at_once(std::expected<SignInStep, Refusal> step) {
    if (!step) return std::unexpected(std::move(step.error()));
    auto* signed_in = std::get_if<SignedIn>(&*step);
    EXPECT_NE(signed_in, nullptr);
    if (!signed_in) return std::unexpected(Refusal({ErrorKind::internal, "one more step"}));
    return std::move(*signed_in);
}

class IdentityTest : public ::testing::Test {
  protected:
    IdentityTest() {
        options.directory = folder.path() / "hub";
        options.cost = {.memory_kib = 64, .passes = 1, .lanes = 1};
        open();
    }
    void open() {
        identity.reset();
        auto opened = Identity::open(options, clock);
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
        identity = *opened;
    }
    template <class T>
    T run(boost::asio::awaitable<T> work) {
        std::optional<T> result;
        boost::asio::co_spawn(io, std::move(work),
                              [&](std::exception_ptr, T value) { result = std::move(value); });
        io.restart();
        io.run();
        return std::move(*result);
    }
    std::string claim() {
        auto signed_in = run(identity->claim(std::string(identity->claim_code().value_or("")), "Ada",
                                             Secret(good_password), {"192.0.2.1", "test"}));
        return signed_in ? std::string(signed_in->token.reveal_text()) : signed_in.error().error.message;
    }
    /// That `principal` may do that with the organisation, as it has to be permitted.
    policy::Authorised granted_to(const policy::Principal& principal, policy::Action action) {
        auto granted = policy::authorise(principal, action, policy::Object::of(identity->organisation()),
                                         {.origin = policy::Origin::same, .now = clock.utc_now(), .at = {}});
        EXPECT_TRUE(granted.has_value()) << to_string(action);
        return std::move(*granted);
    }
    auto sign_in(std::string_view password, std::string address = "192.0.2.1") {
        return run(identity->sign_in("ada", Secret(password), {std::move(address), "test"}));
    }

    TestFolder folder{memory_place()};
    boost::asio::io_context io;
    SimulatedClock clock{from_unix_seconds(1'800'000'000)};
    Options options;
    std::shared_ptr<Identity> identity;
};

}  // namespace vedette::hub::identity::testing
