#pragma once
// Has a key in a token or TPM sign the log's checkpoints, beside the log's own key, which has signed them
// before. So nothing that records ever waits for a token, nor stops when it is away.

#include <thread>

#include "gateway/vault/keys.hpp"
#include "gateway/vault/signing_files.hpp"
#include "gateway/vault/writer.hpp"

namespace vedette::vault {

class HardwareSigning {
  public:
    struct Parts {
        const Layout* layout;
        const KeyStore* keys;
        /// These two until stop_stating().
        const Clock* clock;
        Writer* writer;
        /// Between two looks for a new checkpoint.
        std::chrono::milliseconds interval{10'000};
        /// Asked for the PIN of a token, once, by start(); null: nobody is.
        keystore::Secrets* secrets = nullptr;
    };
    /// Null where no such key was chosen. A token that is not there is waited for. What the operator must
    /// know goes to `notice`, a sentence.
    static std::unique_ptr<HardwareSigning> start(const Parts& parts,
                                                  const std::function<void(const std::string&)>& notice);
    /// Has the newest checkpoint signed, then stops. A token that does not answer within seconds is left
    /// alone.
    ~HardwareSigning();
    HardwareSigning(const HardwareSigning&) = delete;
    HardwareSigning& operator=(const HardwareSigning&) = delete;

    /// From then on nothing is stated in the log: the writer may go.
    void stop_stating();
    /// One sentence while the key does not sign; else empty. Thread-safe.
    std::string problem() const;

  private:
    class Worker;
    explicit HardwareSigning(std::shared_ptr<Worker> worker);
    // Its thread has a share as well: a module of PKCS#11 may never return.
    std::shared_ptr<Worker> worker_;
    std::thread thread_;
};

}  // namespace vedette::vault
