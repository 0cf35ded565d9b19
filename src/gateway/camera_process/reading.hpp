#pragma once
// Inside of camera_process: an answer of a device that is being read.

#include <optional>

#include "gateway/camera_process/camera_process.hpp"

namespace vedette::gateway::camera_process {

/// Lives as long as somebody waits for it; the process knows it meanwhile.
class CameraProcess::Reading {
  public:
    Reading(CameraProcess& process, SessionId id, onvif::Question question)
        : process_(process), id_(id), question_(std::move(question)), woken_(process.executor_) {
        process_.readings_.emplace(id_, this);
    }
    ~Reading() {
        process_.readings_.erase(id_);
        process_.reading_ended_.notify();
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    SessionId id() const { return id_; }
    const onvif::Question& question() const { return question_; }
    /// `corrupt` for what no reader of this answer would report.
    Result<> take(Report report);
    void end(Error error);
    net::Awaitable<Result<onvif::Reply>> wait();

  private:
    CameraProcess& process_;
    SessionId id_;
    onvif::Question question_;
    std::optional<Result<onvif::Reply>> reply_;
    net::Event woken_;
};

}  // namespace vedette::gateway::camera_process
