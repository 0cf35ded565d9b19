#pragma once

#include <filesystem>
#include <optional>

namespace vedette {

/// Where systemd hands credentials to this service (systemd.exec(5), LoadCredential=); nullopt: nowhere. Any
/// thread.
std::optional<std::filesystem::path> credentials_directory();

}  // namespace vedette
