#pragma once
// An archive in a bucket of a server that speaks S3.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "gateway/archive/s3_address.hpp"
#include "gateway/vault/object_store.hpp"

namespace vedette::archive {

/// By HTTPS, with the authorities of the settings or the system's; a request each, bounded in time and size.
/// `clock` outlives it. invalid_input: the address, or what the authorities' file holds.
Result<std::unique_ptr<vault::ObjectStore>> connect_s3(const std::string& address, S3Settings settings,
                                                       const Clock& clock);

/// The same with what load_s3_settings() gives, at each connection.
std::function<Result<std::unique_ptr<vault::ObjectStore>>(const std::string&)> s3_connector(
    std::filesystem::path data, const Clock& clock);

}  // namespace vedette::archive
