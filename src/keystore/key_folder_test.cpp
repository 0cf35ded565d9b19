#include "keystore/key_folder.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "base/test_folder.hpp"
#include "keystore/ask.hpp"

namespace vedette::keystore {
namespace {

namespace fs = std::filesystem;

class KeyFolderTest : public testing::Test {
  protected:
    ~KeyFolderTest() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }
    static SlotTable table() {
        SlotTable table;
        table.slots.push_back({.number = 1, .kind = SlotKind::file, .wrapped = Bytes(40)});
        return table;
    }
    std::string content(const char* name) const {
        std::ifstream file(path / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void put(const char* name, std::string_view text) const {
        std::ofstream(path / name, std::ios::binary) << text;
    }
    TestFolder test_folder;
    const fs::path path = test_folder.path();
};

TEST_F(KeyFolderTest, TheTableOfTheLatestGenerationCounts) {
    const KeyFolder folder(path);
    EXPECT_EQ(*folder.read_slots(), std::nullopt);
    EXPECT_FALSE(folder.has_slots());
    SlotTable written = table();
    ASSERT_TRUE(folder.write_slots(written));
    EXPECT_EQ(written.generation, 1U);
    EXPECT_TRUE(folder.has_slots());
    const std::string first = content("slots");
    written.slots[0].label = "second";
    ASSERT_TRUE(folder.write_slots(written));
    EXPECT_EQ((*folder.read_slots())->generation, 2U);
    const std::string second = content("slots");

    put("slots", first);
    put("slots.next", second.substr(0, 50));  // torn while it was written: it never counted
    EXPECT_EQ((*folder.read_slots())->generation, 1U);
    put("slots.next", second);  // whole, and the first not yet overwritten
    EXPECT_EQ((*folder.read_slots())->generation, 2U);
    put("slots", std::string(first.size(), '\0'));  // or half of it
    auto present = folder.read_slots();
    ASSERT_EQ((*present)->generation, 2U);
    // What is written now must not go over the one file that is whole.
    ASSERT_TRUE(folder.write_slots(**present));
    EXPECT_EQ((*folder.read_slots())->generation, 3U);
    EXPECT_FALSE(fs::exists(path / "slots.next"));

    put("slots", "nonsense");
    EXPECT_EQ(folder.read_slots().error().kind, ErrorKind::corrupt);
    put("slots", std::string(max_slot_table_size + 1, 'x'));
    EXPECT_EQ(folder.read_slots().error().kind, ErrorKind::corrupt);
}

TEST_F(KeyFolderTest, AKeyFileMayBeALinkToAnotherMedium) {
    const fs::path stick = path / "stick";
    fs::create_directory(stick);
    fs::create_symlink(stick / "vedette.key", path / "root.key");
    const KeyFolder folder(path);
    EXPECT_EQ(folder.read_key_file().error().kind, ErrorKind::not_found);
    ASSERT_TRUE(folder.write_key_file(Secret(std::string(32, 'a'))));
    ASSERT_TRUE(folder.write_next_key_file(Secret(std::string(32, 'b'))));
    EXPECT_EQ(folder.read_key_file()->reveal_text(), std::string(32, 'a'));
    ASSERT_TRUE(folder.adopt_next_key_file());
    EXPECT_TRUE(fs::is_symlink(path / "root.key"));
    EXPECT_EQ(folder.read_key_file()->reveal_text(), std::string(32, 'b'));
    ASSERT_TRUE(folder.destroy_key_file());
    EXPECT_TRUE(fs::is_empty(stick));
    EXPECT_FALSE(fs::is_symlink(path / "root.key"));
}

TEST_F(KeyFolderTest, ADestroyedKeyFileIsOverwritten) {
    const KeyFolder folder(path);
    ASSERT_TRUE(folder.write_key_file(Secret(std::string(32, 'a'))));
    fs::create_hard_link(path / "root.key", path / "what the disk keeps");
    ASSERT_TRUE(folder.destroy_key_file());
    EXPECT_FALSE(fs::exists(path / "root.key"));
    EXPECT_EQ(content("what the disk keeps").find_first_not_of('\0'), std::string::npos);
    EXPECT_TRUE(folder.destroy_key_file()) << "a second time it is no error";
}

TEST_F(KeyFolderTest, CredentialsAnswerOnceAndInOrder) {
    ::setenv("CREDENTIALS_DIRECTORY", path.c_str(), 1);
    SystemSecrets secrets;
    put("second", "correct horse\n");
    const Question question{.text = "Word", .credentials = {"first", "second"}};
    EXPECT_EQ(secrets.ask(question)->reveal_text(), "correct horse");
    put("first", "battery");
    EXPECT_EQ(secrets.ask(question)->reveal_text(), "battery");
    put("first", "\n");
    EXPECT_EQ(secrets.ask(question).error().kind, ErrorKind::invalid_input);
    put("first", std::string(max_passphrase_size + 2, 'x'));
    EXPECT_EQ(secrets.ask(question).error().kind, ErrorKind::invalid_input);
}

}  // namespace
}  // namespace vedette::keystore
