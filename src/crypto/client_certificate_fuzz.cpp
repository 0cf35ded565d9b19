// A TLS client's certificate: DER, or PEM around it.

#include <cstdint>
#include <cstdlib>

#include "crypto/certificates.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    const ByteView der = std::as_bytes(std::span(data, size));
    const auto read = crypto::client_certificate_of_der(der);
    if (read && read->sha256 != crypto::sha256(der)) std::abort();
    (void)crypto::client_certificate_of_pem(as_text(der));
    return 0;
}
