#pragma once
// What real cameras do wrong, as small changes of what the farm's good cameras do. The numbers are those of
// docs/ref/cameras.md.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "rtsp/message.hpp"

namespace vedette::simulate {

class Session;

/// One packet on its way to a client.
struct QuirkFrame {
    std::uint8_t channel = 0;  ///< interleaved: even RTP, odd RTCP
    Bytes bytes;
    bool keeps_number = false;  ///< its sequence number is not one of the stream's
    bool raw = false;           ///< bytes of the connection, no packet
};

/// What the cameras of one farm share.
struct QuirkShared {
    std::map<std::string, unsigned> watched;           ///< clients of a stream, by its path
    std::map<std::string, MonotonicTime> stale_until;  ///< streams whose last client went without a word
};

/// What a quirk knows when it acts, and remembers from call to call; one for each quirk and client.
struct QuirkContext {
    Session& session;
    QuirkShared& shared;
    MonotonicTime now;
    bool key = false;  ///< of media: the picture is a key picture
    std::array<std::uint64_t, 4>& memory;
};

/// A deviation. Those functions that are set are called, each with the good camera's doings.
struct Quirk {
    std::string_view name;
    unsigned number = 0;
    std::string_view sentence;

    /// May change the request, or answer it in the camera's place.
    std::optional<rtsp::Response> (*request)(QuirkContext&, rtsp::Request&) = nullptr;
    void (*response)(QuirkContext&, const rtsp::Request&, rtsp::Response&) = nullptr;
    /// The answer's bytes; empty: none is given.
    void (*wire)(QuirkContext&, const rtsp::Request&, std::string&) = nullptr;
    /// The packets of one picture and its sound. Sequence numbers are given afterwards.
    void (*media)(QuirkContext&, std::vector<QuirkFrame>&) = nullptr;
    /// The same with sequence numbers: what the network does.
    void (*network)(QuirkContext&, std::vector<QuirkFrame>&) = nullptr;
    bool wants_user = false;  ///< needs FarmOptions::credentials
    bool wants_udp = false;   ///< needs FarmOptions::udp
    std::optional<std::chrono::seconds> session_timeout{};
};

/// In order of number.
std::vector<const Quirk*> all_quirks();
/// `invalid_input` with the way to the list for a name that is none.
Result<const Quirk*> find_quirk(std::string_view name);

// The tables: quirks_session.cpp, quirks_description.cpp, quirks_media.cpp.
std::span<const Quirk> session_quirks();
std::span<const Quirk> description_quirks();
std::span<const Quirk> media_quirks();

/// The quirks of one client of the farm. Not thread-safe.
class QuirkScript {
  public:
    /// `quirks`, `session` and `shared` outlive the script.
    QuirkScript(std::span<const Quirk* const> quirks, Session& session, QuirkShared& shared);
    /// The client is gone at `last_now`, with or without TEARDOWN.
    ~QuirkScript();
    QuirkScript(const QuirkScript&) = delete;
    QuirkScript& operator=(const QuirkScript&) = delete;

    std::optional<rtsp::Response> before(rtsp::Request& request, MonotonicTime now);
    std::string answer(const rtsp::Request& request, rtsp::Response response, MonotonicTime now);
    /// Interleaved frames in, what goes out instead out. Valid until the next call.
    ByteView media(ByteView frames, bool key, MonotonicTime now);

  private:
    QuirkContext context(std::size_t quirk, MonotonicTime now, bool key = false);
    void number(std::vector<QuirkFrame>& frames);

    std::span<const Quirk* const> quirks_;
    Session& session_;
    QuirkShared& shared_;
    std::vector<std::array<std::uint64_t, 4>> memory_;
    std::map<std::uint8_t, std::uint16_t> next_number_;  ///< by channel
    std::string watching_;                               ///< path; empty before SETUP
    bool said_goodbye_ = false;
    MonotonicTime last_now_{};
    Bytes out_;
};

/// The path of a stream in a request's URL, without its track.
std::string quirk_stream_path(std::string_view uri);

}  // namespace vedette::simulate
