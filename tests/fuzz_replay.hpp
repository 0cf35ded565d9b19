// The fuzz targets of a module, by name: CMake writes a file that includes them and defines this table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

using FuzzTarget = int (*)(const std::uint8_t* data, std::size_t size);

extern const std::map<std::string_view, FuzzTarget> fuzz_targets;
