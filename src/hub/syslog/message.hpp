#pragma once
// An audit entry as a syslog message (RFC 5424), and its frame on a stream (RFC 5425 section 4.3, RFC 6587
// section 3.4.1). docs/ref/audit-format.md says what stands where. Pure.

#include <string>
#include <string_view>

#include "hub/audit/book.hpp"
#include "hub/syslog/target.hpp"

namespace vedette::hub::syslog {

/// RFC 5425 section 4.3.1: what receivers should take.
inline constexpr std::size_t max_message_bytes = 8192;
/// SD-ID of our structured data. 32473 is the number that RFC 5612 gives to examples: there is none of this
/// project's own at IANA yet.
inline constexpr std::string_view structured_data_id = "vedette@32473";

/// Who sends: the parts of the header that do not change.
struct Sender {
    std::string host_name;  ///< HOSTNAME; made to fit
    std::string version;    ///< of the program
};

/// One message, at most max_message_bytes long.
std::string to_message(const audit::Listed& entry, const Sender& sender, Wording wording);
/// What the test button sends; MSGID `test`.
std::string test_message(UtcTime now, const Sender& sender);
/// With its length in front.
std::string frame(std::string_view message);

}  // namespace vedette::hub::syslog
