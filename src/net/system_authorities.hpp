#pragma once
// Inside of this folder: the certificate authorities that the system trusts.

struct x509_store_st;

namespace vedette::net {

/// Read once for the process, at the first use: that takes tens of milliseconds. nullptr when TLS can't be
/// set up.
x509_store_st* system_authorities();

}  // namespace vedette::net
