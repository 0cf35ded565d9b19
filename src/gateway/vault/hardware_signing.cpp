#include "gateway/vault/hardware_signing.hpp"

#include <condition_variable>
#include <mutex>

#include "base/file.hpp"
#include "base/log.hpp"
#include "gateway/vault/format_file.hpp"

namespace vedette::vault {

namespace {

// So many times the pause between two looks a token may be silent before the log says so: a card that is put
// into its reader again, or a TPM that somebody else uses, is no event.
constexpr int patience = 3;
// Between two attempts to open what was away.
constexpr int attempt_pauses = 3;
constexpr std::chrono::seconds last_signature_within{5};

// Asks once, and gives the same answer again later: a token that was away wants its PIN anew.
class Remembering final : public keystore::Secrets {
  public:
    explicit Remembering(keystore::Secrets* upstream) : upstream_(upstream) {}
    Result<Secret> ask(const keystore::Question& question) override {
        if (answer_) return answer_->duplicate();
        // A token that was not there at the start: what systemd has of it can still be read.
        keystore::SystemSecrets credentials;
        keystore::Question later = question;
        later.unattended = true;
        VEDETTE_TRY(Secret answer, upstream_ != nullptr ? upstream_->ask(question) : credentials.ask(later));
        answer_ = answer.duplicate();
        return answer;
    }
    void forget_upstream() { upstream_ = nullptr; }

  private:
    keystore::Secrets* upstream_;
    std::optional<Secret> answer_;
};

}  // namespace

// What its thread uses is its own, but for clock and writer, which it uses under `stating_` alone.
class HardwareSigning::Worker {
  public:
    Worker(const Parts& parts, keystore::SigningKey key, crypto::NoteKey note_key)
        : layout_(*parts.layout),
          own_{parts.keys->origin(), parts.keys->signer().public_key()},
          organisation_(parts.keys->organisation()),
          interval_(parts.interval),
          clock_(parts.clock),
          writer_(parts.writer),
          files_(layout_),
          key_(std::move(key)),
          note_key_(std::move(note_key)),
          secrets_(parts.secrets),
          stated_(files_.state()) {}

    void open_first() {
        open();
        secrets_.forget_upstream();
    }

    void loop() {
        for (;;) {
            look();
            std::unique_lock lock(mutex_);
            if (wake_.wait_for(lock, interval_, [&] { return stopping_; })) break;
        }
        // What the writer signed when it stopped.
        if (signer_)
            if (const auto done = sign_newest(); !done)
                log::warn("the last checkpoint has no signature of the {}: {}", to_string(key_.kind),
                          done.error().message);
        const std::lock_guard lock(mutex_);
        finished_ = true;
        wake_.notify_all();
    }

    /// Whether it has.
    bool stop() {
        std::unique_lock lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
        return wake_.wait_for(lock, last_signature_within, [&] { return finished_; });
    }

    void stop_stating() {
        const std::lock_guard lock(stating_);
        writer_ = nullptr;
    }

    std::string problem() const {
        const std::lock_guard lock(mutex_);
        return problem_;
    }

  private:
    using Steady = std::chrono::steady_clock;

    void set_problem(std::string problem) {
        const std::lock_guard lock(mutex_);
        problem_ = std::move(problem);
    }

    void open() {
        next_attempt_ = Steady::now() + attempt_pauses * interval_;
        auto signer = keystore::open_signer(key_, {keystore::KeyFolder(layout_.keys()), &secrets_});
        if (signer)
            signer_ = std::move(*signer);
        else
            failed(signer.error());
    }

    void look() {
        if (!signer_ && !gave_up_ && Steady::now() >= next_attempt_) open();
        const SigningState good = state_of(key_.kind);
        if (signer_) {
            if (const auto done = sign_newest(); !done) {
                signer_.reset();
                failed(done.error());
            } else if (away_since_ || stated_ != good) {
                if (away_since_) log::info("the {} signs recordings again", to_string(key_.kind));
                away_since_.reset();
                set_problem("");
                if (stated_ != good) state(good);
            }
        }
        const bool is_long_away = away_since_ && Steady::now() - *away_since_ >= patience * interval_;
        if ((is_long_away || gave_up_) && stated_ != SigningState::away) state(SigningState::away);
    }

    void failed(const Error& error) {
        if (!away_since_) away_since_ = Steady::now();
        // A token locks itself, and a key that is another one stays that.
        gave_up_ = error.kind == ErrorKind::unauthenticated || error.kind == ErrorKind::forbidden ||
                   error.kind == ErrorKind::corrupt;
        std::string sentence = fmt::format(
            "The {} that signs recordings does not answer ({}): recording goes on, signed by the key file "
            "alone {}.",
            to_string(key_.kind), error.message,
            gave_up_ ? "until the recorder is started anew" : "until it answers");
        if (sentence == problem()) return;
        log::error("{}", sentence);
        set_problem(std::move(sentence));
    }

    Result<> sign_newest() {
        const auto bytes = read_file(layout_.log() / "checkpoint", crypto::max_note_size);
        if (!bytes) return fail(ErrorKind::unavailable, "{}", bytes.error().message);
        const std::string_view note = as_text(*bytes);
        // Or whoever can write to the disk would have anything signed.
        const auto checkpoint = crypto::open_checkpoint(note, own_);
        if (!checkpoint)
            return fail(ErrorKind::unavailable, "tlog/checkpoint: {}", checkpoint.error().message);
        if (checkpoint->size == signed_size_) return {};
        const std::string text = checkpoint->text();
        VEDETTE_TRY(const Bytes signature, signer_->sign(as_bytes(text)));
        if (!note_key_.verify(as_bytes(text), signature))
            return fail(ErrorKind::corrupt, "it gave a signature that is none");
        if (const auto kept = files_.write_checkpoint(with_signature(note, note_key_, signature)); !kept)
            return fail(ErrorKind::unavailable, "{}", kept.error().message);
        signed_size_ = checkpoint->size;
        return {};
    }

    void state(SigningState state) {
        const std::lock_guard lock(stating_);
        if (writer_ == nullptr) return;
        const RecordHeader header =
            SigningChange{state, signing_key_digest(key_.vkey), clock_->utc_now()}.header(organisation_);
        const auto done = writer_->run([&]() -> Result<> {
            VEDETTE_CHECK(raise_format(layout_, format_with_marks));
            return writer_->sign({&header, 1});
        });
        if (!done) log::error("what signs recordings could not be stated: {}", done.error().message);
        stated_ = state;  // also then: the entry waits for its signature
        if (const auto written = files_.write_state(state); !written)
            log::error("{}", written.error().message);
    }

    const Layout layout_;
    const crypto::NoteVerifier own_;
    const OrganisationId organisation_;
    const std::chrono::milliseconds interval_;
    std::mutex stating_;
    const Clock* clock_;
    Writer* writer_;

    const SigningFiles files_;
    const keystore::SigningKey key_;
    const crypto::NoteKey note_key_;
    Remembering secrets_;
    std::unique_ptr<keystore::NoteSigner> signer_;
    bool gave_up_ = false;  // another attempt could lock the token
    Steady::time_point next_attempt_{};
    std::optional<Steady::time_point> away_since_;
    std::uint64_t signed_size_ = 0;
    SigningState stated_;

    mutable std::mutex mutex_;  // of what follows
    std::condition_variable wake_;
    std::string problem_;
    bool stopping_ = false;
    bool finished_ = false;
};

std::unique_ptr<HardwareSigning> HardwareSigning::start(
    const Parts& parts, const std::function<void(const std::string&)>& notice) {
    auto key = read_signing_key(*parts.layout);
    if (!key && key.error().kind == ErrorKind::not_found) return nullptr;
    if (!key) {
        notice(
            fmt::format("Which token or TPM signs recordings can't be read ({}): they are signed by the "
                        "key file alone. Stop the recorder and choose again: vedette keys sign-with.",
                        key.error().message));
        return nullptr;
    }
    if (key->kind == keystore::SignerKind::file) return nullptr;
    auto note_key = crypto::NoteKey::parse(key->vkey);
    if (!note_key) return nullptr;  // who read the file has looked at it
    auto worker = std::make_shared<Worker>(parts, std::move(*key), std::move(*note_key));
    worker->open_first();
    if (const std::string problem = worker->problem(); !problem.empty()) notice(problem);
    return std::unique_ptr<HardwareSigning>(new HardwareSigning(std::move(worker)));
}

HardwareSigning::HardwareSigning(std::shared_ptr<Worker> worker)
    : worker_(std::move(worker)), thread_([worker = worker_] { worker->loop(); }) {}

HardwareSigning::~HardwareSigning() {
    stop_stating();
    if (worker_->stop()) {
        thread_.join();
        return;
    }
    log::warn("the token or TPM does not answer: the last checkpoint is signed by the key file alone");
    thread_.detach();
}

void HardwareSigning::stop_stating() {
    worker_->stop_stating();
}

std::string HardwareSigning::problem() const {
    return worker_->problem();
}

}  // namespace vedette::vault
