#pragma once
// Within the camera process: reads what devices have answered.

#include "base/file.hpp"
#include "gateway/camera_process/messages.hpp"

namespace vedette::gateway::camera_process {

/// Pure but for reading the file. `corrupt` when `body` is not what the command says; whatever is in it
/// becomes a report that the main process takes.
Result<DeviceReply> read_device_answer(const ReadAnswer& command, const File& body);

}  // namespace vedette::gateway::camera_process
