#pragma once
// Where the audit log lies. `hub` is DATA/hub.

#include <filesystem>

namespace vedette::hub::audit {

struct Layout {
    std::filesystem::path hub;

    std::filesystem::path folder() const { return hub / "audit"; }
    std::filesystem::path database() const { return folder() / "audit.db"; }
    std::filesystem::path tree() const { return folder() / "tlog"; }
    std::filesystem::path signing_key() const { return hub / "audit.key"; }
    std::filesystem::path vkey() const { return hub / "audit.vkey"; }
    std::filesystem::path data_key() const { return hub / "data.key"; }
    std::filesystem::path days() const { return hub / "audit.days"; }
};

}  // namespace vedette::hub::audit
