#pragma once
// For tests: a blocking TLS client that sends exactly the bytes it is told to.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace vedette::net {

class TestClient {
  public:
    /// Connects to loopback. `tls` false: plain TCP. Check connected().
    explicit TestClient(std::uint16_t port, bool tls = true);
    ~TestClient();
    bool connected() const;
    bool send(std::string_view bytes);
    /// Bytes until `end` is among them, the peer closes, or 10 s passed.
    std::string read_until(std::string_view end);
    /// Everything until the peer closes.
    std::string read_all();
    std::string read_exactly(std::size_t size);
    /// Closes with a TCP reset.
    void reset();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// One masked client frame (RFC 6455 section 5.2) with a fixed mask.
std::string client_frame(unsigned first_byte, std::string_view payload);

}  // namespace vedette::net
