#pragma once
// What is known of a camera's certificates, for work that may outlive the camera's settings.

#include <memory>
#include <unordered_map>

#include "gateway/camera_runner.hpp"

namespace vedette::gateway {

/// The camera may be removed meanwhile. `runners` outlives it.
class RunnerBook final : public ingest::CertificateBook {
  public:
    using Runners = std::unordered_map<CameraId, std::unique_ptr<CameraRunner>>;
    RunnerBook(Runners& runners, CameraId id) : runners_(runners), id_(id) {}
    std::optional<rtsp::CertificateTrust> find(std::string_view authority) const override {
        const auto found = runners_.find(id_);
        return found == runners_.end() ? std::nullopt : found->second->find(authority);
    }
    void remember(const rtsp::CertificateTrust& certificate) override {
        if (const auto found = runners_.find(id_); found != runners_.end())
            found->second->remember(certificate);
    }
    void remember(ingest::TransportSetting) override {}
    bool only_trusted() const override {
        const auto found = runners_.find(id_);
        return found == runners_.end() || found->second->only_trusted();
    }

  private:
    Runners& runners_;
    CameraId id_;
};

}  // namespace vedette::gateway
