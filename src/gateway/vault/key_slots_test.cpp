// Who can open the store: slots, what a change of them survives, backup.

#include "gateway/vault/key_slots.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/test_depth.hpp"
#include "base/test_failing_disk.hpp"
#include "crypto/digest.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/test_support.hpp"
#include "keystore/key_file.hpp"
#include "keystore/passphrase.hpp"

namespace vedette::vault {
namespace {

namespace fs = std::filesystem;
using keystore::SlotKind;

constexpr crypto::PasswordCost cheap{.memory_kib = 64, .passes = 1, .lanes = 1};

// Answers as a person would who knows these words.
class Answers final : public keystore::Secrets {
  public:
    explicit Answers(std::string passphrase) : word(std::move(passphrase)) {}
    Result<Secret> ask(const keystore::Question& question) override {
        asked.push_back(question.text);
        if (word.empty()) return fail(ErrorKind::not_found, "nobody is there");
        return Secret(word);
    }
    std::string word;
    std::vector<std::string> asked;
};

NewSlot passphrase_slot(std::string label = "") {
    return {SlotKind::passphrase, std::move(label), [](const keystore::Environment& environment) {
                return keystore::enrol_passphrase(environment, cheap);
            }};
}

class KeySlotsTest : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directories(folder.path);
        ASSERT_TRUE(write_format(layout));
        const auto keys = KeyStore::open(layout);
        ASSERT_TRUE(keys) << keys.error().message;
        ASSERT_TRUE((*keys)->day_key_for_writing(camera, recorded_day));
        fingerprint = text_of(**keys);
    }
    // What hangs on the organisation key; also where it was changed meanwhile.
    std::string text_of(KeyStore& keys) const {
        const auto replaced = keys.derive_replaced("test");
        const Secret derived = replaced.empty() ? keys.derive("test") : replaced.back().duplicate();
        const auto day_key = keys.day_key(camera, recorded_day);
        return std::string(derived.reveal_text()) + keys.origin() +
               (day_key ? std::string((*day_key)->reveal_text()) : day_key.error().message);
    }
    // The error, or empty when the store opens and is the same.
    std::string opens(keystore::Secrets* secrets, bool read_only = false) const {
        const auto keys =
            read_only ? KeyStore::open_read_only(layout, secrets) : KeyStore::open(layout, secrets);
        if (!keys) return keys.error().message;
        return text_of(**keys) == fingerprint ? "" : "another store";
    }
    void remember(const fs::path& place) const {
        fs::remove_all(place);
        fs::copy(folder.path, place, fs::copy_options::recursive);
    }
    void bring_back(const fs::path& place) const {
        fs::remove_all(folder.path);
        fs::copy(place, folder.path, fs::copy_options::recursive);
    }
    int version_of_table() const { return bytes_of(layout.keys() / "slots")[4]; }
    std::string bytes_of(const fs::path& path) const {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    static constexpr std::int32_t recorded_day = 20'700;
    VaultFolder folder;
    Layout layout{folder.path};
    const CameraId camera = CameraId::random();
    Answers answers{"seven quiet lanterns"};
    Answers nobody{""};
    std::string fingerprint;
};

TEST_F(KeySlotsTest, AStoreWithAKeyFileAloneHasOneSlotAndNoTable) {
    const auto slots = list_slots(layout);
    ASSERT_TRUE(slots);
    ASSERT_EQ(slots->size(), 1U);
    EXPECT_EQ(slots->front().kind, "key file");
    EXPECT_FALSE(fs::exists(layout.keys() / "slots"));
    EXPECT_EQ(read_format(layout), 1U);
    EXPECT_EQ(remove_slot(layout, 1, answers).error().kind, ErrorKind::conflict);
    EXPECT_TRUE(answers.asked.empty());
    EXPECT_EQ(opens(nullptr), "");
}

TEST_F(KeySlotsTest, EachSlotOpensTheStore) {
    ASSERT_EQ(add_slot(layout, passphrase_slot("safe"), answers), 2U);
    EXPECT_EQ(read_format(layout), format_with_slots);
    const auto slots = list_slots(layout);
    ASSERT_EQ(slots->size(), 2U);
    EXPECT_EQ((*slots)[1].label, "safe");
    EXPECT_EQ(opens(nullptr), "") << "the key file";
    fs::rename(layout.keys() / "root.key", layout.folder / "elsewhere");
    EXPECT_EQ(opens(&answers), "") << "the passphrase";
    EXPECT_EQ(opens(&answers, true), "");
    EXPECT_NE(opens(&nobody), "");
    EXPECT_NE(opens(nullptr, true), "");
    answers.word = "eight quiet lanterns";
    const auto keys = KeyStore::open(layout, &answers);
    EXPECT_EQ(keys.error().kind, ErrorKind::unauthenticated);
    EXPECT_NE(keys.error().message.find("the passphrase is wrong"), std::string::npos)
        << keys.error().message;
    EXPECT_EQ(keys.error().message.find('\n'), std::string::npos);
}

TEST_F(KeySlotsTest, ARemovedKeyFileIsDestroyedAndOpensNothing) {
    const std::string key = bytes_of(layout.keys() / "root.key");
    ASSERT_TRUE(add_slot(layout, passphrase_slot(), answers));
    EXPECT_FALSE(remove_slot(layout, 1, nobody)) << "it has to be opened by the other";
    EXPECT_TRUE(fs::exists(layout.keys() / "root.key"));
    EXPECT_EQ(remove_slot(layout, 9, answers).error().kind, ErrorKind::not_found);
    ASSERT_TRUE(remove_slot(layout, 1, answers));
    EXPECT_FALSE(fs::exists(layout.keys() / "root.key"));
    EXPECT_EQ(remove_slot(layout, 2, answers).error().kind, ErrorKind::conflict);
    // Neither with the table as it is, nor without it.
    std::ofstream(layout.keys() / "root.key") << key;
    fs::permissions(layout.keys() / "root.key", fs::perms::owner_read);
    EXPECT_NE(opens(nullptr, true), "");
    fs::rename(layout.keys() / "slots", layout.folder / "slots");
    EXPECT_NE(opens(nullptr, true), "");
    fs::rename(layout.folder / "slots", layout.keys() / "slots");
    EXPECT_EQ(opens(&answers), "");
    fs::remove(layout.keys() / "root.key");
    const NewSlot file{SlotKind::file, "", keystore::enrol_key_file};
    ASSERT_EQ(add_slot(layout, file, answers), 1U);
    EXPECT_EQ(opens(nullptr), "");
    EXPECT_EQ(add_slot(layout, file, answers).error().kind, ErrorKind::conflict);
}

TEST_F(KeySlotsTest, SlotsOfAnotherStoreChangeNothing) {
    ASSERT_TRUE(add_slot(layout, passphrase_slot(), answers));
    VaultFolder other;
    fs::create_directories(other.path);
    ASSERT_TRUE(write_format({other.path}));
    ASSERT_TRUE(KeyStore::open({other.path}));
    remember(folder.path.parent_path() / "before");
    fs::copy(folder.path / "keys" / "slots", other.path / "keys" / "slots");
    const auto keys = KeyStore::open({other.path}, &answers);
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().kind, ErrorKind::corrupt);
    fs::remove(other.path / "keys" / "slots");
    EXPECT_TRUE(KeyStore::open({other.path}));
}

TEST_F(KeySlotsTest, RotationMakesOldKeysUseless) {
    ASSERT_TRUE(add_slot(layout, passphrase_slot(), answers));
    const fs::path before = folder.path.parent_path() / "before";
    remember(before);
    answers.word = "the wrong words";
    EXPECT_FALSE(rotate_root_key(layout, answers)) << "each slot has to be answered for";
    EXPECT_EQ(opens(nullptr), "");
    answers.word = "seven quiet lanterns";
    ASSERT_TRUE(rotate_root_key(layout, answers));
    EXPECT_EQ(opens(nullptr), "");
    EXPECT_FALSE(fs::exists(layout.keys() / "root.key.next"));
    EXPECT_NE(bytes_of(before / "keys" / "root.key"), bytes_of(layout.keys() / "root.key"));
    fs::copy_file(before / "keys" / "root.key", layout.keys() / "root.key",
                  fs::copy_options::overwrite_existing);
    EXPECT_NE(opens(nullptr, true), "") << "the old key file";
    EXPECT_EQ(opens(&answers, true), "");
}

TEST_F(KeySlotsTest, ABackupOpensAStoreWhoseSlotsAreLost) {
    const fs::path file = folder.path.parent_path() / "backup";
    answers.word = "short";
    EXPECT_EQ(backup_keys(layout, file, answers, cheap).error().kind, ErrorKind::invalid_input);
    answers.word = "over the hills and far away";
    ASSERT_TRUE(backup_keys(layout, file, answers, cheap));
    EXPECT_EQ(backup_keys(layout, file, answers, cheap).error().kind, ErrorKind::conflict);
    EXPECT_EQ(restore_keys(layout, file, answers, cheap).error().kind, ErrorKind::conflict)
        << "nothing is lost";
    fs::remove(layout.keys() / "root.key");
    answers.word = "over the hills";
    EXPECT_EQ(restore_keys(layout, file, answers, cheap).error().kind, ErrorKind::unauthenticated);
    EXPECT_FALSE(fs::exists(layout.keys() / "slots"));
    answers.word = "over the hills and far away";
    EXPECT_EQ(restore_keys(layout, file, answers, cheap), 1U);
    EXPECT_EQ(opens(&answers), "");
    ASSERT_TRUE(rotate_root_key(layout, answers));
    fs::remove(layout.keys() / "slots");
    EXPECT_EQ(restore_keys(layout, file, answers, cheap), 1U) << "it stays good after a rotation";
    EXPECT_EQ(opens(&answers), "");

    VaultFolder other;
    fs::create_directories(other.path);
    ASSERT_TRUE(write_format({other.path}));
    ASSERT_TRUE(KeyStore::open({other.path}));
    fs::remove(other.path / "keys" / "root.key");
    EXPECT_EQ(restore_keys({other.path}, file, answers, cheap).error().kind, ErrorKind::invalid_input);
}

TEST_F(KeySlotsTest, ANewOrganisationKeyMakesOldCopiesUseless) {
    const fs::path early = folder.path.parent_path() / "early";
    ASSERT_TRUE(backup_keys(layout, early, answers, cheap));
    const std::string derived = std::string(KeyStore::open(layout).value()->derive("test").reveal_text());
    const fs::path before = folder.path.parent_path() / "before";
    remember(before);
    ASSERT_TRUE(change_organisation_key(layout, answers));
    EXPECT_EQ(opens(nullptr), "") << "day keys, name and what was derived before are the same";
    {
        const auto keys = KeyStore::open(layout).value();
        EXPECT_NE(keys->derive("test").reveal_text(), derived);
        ASSERT_EQ(keys->derive_replaced("test").size(), 1U);
        EXPECT_EQ(keys->signer().public_key(), KeyStore::open({before}).value()->signer().public_key());
    }
    EXPECT_NE(bytes_of(before / "keys/epoch.key"), bytes_of(layout.keys() / "epoch.key"));
    ASSERT_TRUE(change_organisation_key(layout, answers));
    EXPECT_EQ(opens(nullptr), "");
    EXPECT_EQ(KeyStore::open(layout).value()->derive_replaced("test").size(), 2U);
    EXPECT_EQ(version_of_table(), 1) << "nothing is left of the change";

    // With a copy of all keys of before, but keys.db of now.
    const fs::path after = folder.path.parent_path() / "after";
    remember(after);
    fs::remove(layout.keys() / "slots");
    for (const char* name : {"root.key", "epoch.key"})
        fs::copy_file(before / "keys" / name, layout.keys() / name, fs::copy_options::overwrite_existing);
    EXPECT_NE(opens(nullptr, true), "");
    bring_back(after);

    const fs::path late = folder.path.parent_path() / "late";
    ASSERT_TRUE(backup_keys(layout, late, answers, cheap));
    fs::remove(layout.keys() / "slots");
    fs::remove(layout.keys() / "root.key");
    const auto old = restore_keys(layout, early, answers, cheap);
    ASSERT_FALSE(old);
    EXPECT_NE(old.error().message.find("was changed at"), std::string::npos) << old.error().message;
    EXPECT_EQ(restore_keys(layout, late, answers, cheap), 1U);
    EXPECT_EQ(opens(&answers), "");
}

// A kill between any two operations, and in the middle of any writing.
TEST_F(KeySlotsTest, AChangeThatIsKilledLeavesAStoreThatOpens) {
    log::set_level(log::Level::off);
    const fs::path legacy = folder.path.parent_path() / "legacy";
    const fs::path with_slots = folder.path.parent_path() / "with slots";
    remember(legacy);
    ASSERT_TRUE(add_slot(layout, passphrase_slot(), answers));
    remember(with_slots);
    const auto add = [&] { return add_slot(layout, passphrase_slot(), answers).has_value(); };
    const auto remove = [&] { return remove_slot(layout, 1, answers).has_value(); };
    const auto rotate = [&] { return rotate_root_key(layout, answers).has_value(); };
    const auto change = [&] { return change_organisation_key(layout, answers).has_value(); };
    struct Case {
        const char* name;
        fs::path from;
        std::function<bool()> change;
    };
    for (const Case& c :
         {Case{"first add", legacy, add}, Case{"add", with_slots, add}, Case{"remove", with_slots, remove},
          Case{"rotate", with_slots, rotate}, Case{"first organisation key", legacy, change},
          Case{"organisation key", with_slots, change}}) {
        int operations = 0;
        for (const double part : {0.0, 0.5, 1.0}) {
            for (int at = 0;; at += test_step(3)) {
                bring_back(c.from);
                bool reached = false;
                {
                    FailingDisk disk(at, true, {EIO, part});
                    (void)c.change();
                    reached = disk.was_reached();
                }
                if (!reached) break;
                operations = std::max(operations, at + 1);
                const std::string what = fmt::format("{}, killed at {}, {}", c.name, at, part);
                EXPECT_EQ(opens(&answers, true), "") << what;
                EXPECT_EQ(opens(&answers), "") << what;
                EXPECT_EQ(opens(&answers, true), "") << what;
                if (c.change != nullptr && std::string_view(c.name) == "remove") {
                    const bool gone = list_slots(layout)->size() == 1;
                    EXPECT_EQ(fs::exists(layout.keys() / "root.key"), !gone) << what;
                    if (!gone) EXPECT_TRUE(c.change()) << what;
                } else {
                    EXPECT_TRUE(c.change()) << what;
                }
                EXPECT_EQ(opens(&answers), "") << what;
                EXPECT_FALSE(fs::exists(layout.keys() / "root.key.next")) << what;
            }
        }
        EXPECT_GE(operations, 4) << c.name;
    }
    log::set_level(log::Level::info);
}

}  // namespace
}  // namespace vedette::vault
