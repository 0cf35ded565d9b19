#include "keystore/key_file.hpp"

#include "crypto/digest.hpp"

namespace vedette::keystore {

namespace {

class KeyFileProvider final : public Provider {
  public:
    std::string describe(const Slot&) const override { return ""; }

    // Between the writing of the slots and that of the file the next file is the one that opens.
    Result<Secret> open(const Slot& slot, const Environment& environment) const override {
        const auto key = environment.folder.read_key_file();
        if (key)
            if (auto root = slot.unwrap(*key)) return root;
        if (const auto next = environment.folder.read_next_key_file())
            if (auto root = slot.unwrap(*next)) return root;
        if (!key) return std::unexpected(key.error());
        return fail(ErrorKind::corrupt,
                    "{} does not open it: one of the two is damaged or comes from another time",
                    environment.folder.key_file().string());
    }

    Result<Enrolment> renew(const Slot&, const Environment& environment) const override {
        Secret key = crypto::random_secret(key_size);
        VEDETTE_CHECK(environment.folder.write_next_key_file(key));
        return Enrolment{{}, std::move(key)};
    }
};

}  // namespace

const Provider& key_file_provider() {
    static const KeyFileProvider provider;
    return provider;
}

Result<Enrolment> enrol_key_file(const Environment& environment) {
    const auto present = environment.folder.read_key_file();
    if (present || present.error().kind != ErrorKind::not_found)
        return fail(ErrorKind::conflict, "there is a file {} already, which opens nothing: move it away",
                    environment.folder.key_file().string());
    Secret key = crypto::random_secret(key_size);
    VEDETTE_CHECK(environment.folder.write_key_file(key));
    return Enrolment{{}, std::move(key)};
}

}  // namespace vedette::keystore
