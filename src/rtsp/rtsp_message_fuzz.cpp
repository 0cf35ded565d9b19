// The stream parser must give the same elements wherever the input is cut, and print what it can parse again.

#include <cstdlib>
#include <string>

#include "rtsp/auth.hpp"
#include "rtsp/stream_parser.hpp"

namespace {

using namespace vedette;
using namespace vedette::rtsp;

template <class M>
void check_round_trip(const M& message) {
    const std::string text = print(message);
    if (text.size() > max_head_bytes) return;  // a folded line may grow a little when it is printed
    StreamParser parser;
    parser.feed(as_bytes(text));
    const auto item = parser.next();
    if (!item || !std::holds_alternative<M>(*item) || !(std::get<M>(*item) == message)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::size_t step = data[0] % 64 + 1U;
    const ByteView bytes = std::as_bytes(std::span(data + 1, size - 1));
    StreamParser parser;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                         bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at + step, bytes.size())));
        parser.feed(part);
        while (true) {
            const auto item = parser.next();
            if (!item) return 0;
            if (std::holds_alternative<NeedMore>(*item)) break;
            if (const auto* request = std::get_if<Request>(&*item)) check_round_trip(*request);
            if (const auto* response = std::get_if<Response>(&*item)) {
                check_round_trip(*response);
                const auto values = response->headers.all("WWW-Authenticate");
                for (const Challenge& challenge : parse_challenges(values)) {
                    const std::string printed = print(challenge);
                    const std::vector<std::string_view> again{printed};
                    if (parse_challenges(again).size() != 1) std::abort();
                }
            }
        }
    }
    return 0;
}
