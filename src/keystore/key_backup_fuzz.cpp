// A backup of keys, as somebody may hand it over. Opening it would cost what its parameters ask for, so it is
// only read.

#include <cstdlib>

#include "keystore/backup.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::keystore;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto backup = Backup::parse(text)) {
        const auto again = Backup::parse(backup->print());
        if (!again || again->print() != backup->print()) std::abort();
    }
    return 0;
}
