#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.hpp"
#include "base/test_folder.hpp"
#include "crypto/digest.hpp"
#include "crypto/key_file.hpp"
#include "hub/sealing/column_sealer.hpp"

namespace vedette::hub::sealing {
namespace {

const Place place{.table = "users", .column = "name", .row = as_bytes("1")};

TEST(ColumnSealer, OpensWhatItSealedInItsPlaceAlone) {
    const ColumnSealer sealer(crypto::random_secret(crypto::stored_key_size));
    const Bytes sealed = sealer.seal(place, as_bytes("Ada"));
    EXPECT_EQ(as_text(sealer.unseal(place, sealed).value()), "Ada");
    EXPECT_NE(sealer.seal(place, as_bytes("Ada")), sealed);  // equal values do not show as equal
    for (const Place& other : {Place{"users", "mail", as_bytes("1")}, Place{"usersn", "ame", as_bytes("1")},
                               Place{"users", "name", as_bytes("2")}, Place{"users", "name", {}}})
        EXPECT_FALSE(sealer.unseal(other, sealed));
    EXPECT_FALSE(ColumnSealer(crypto::random_secret(crypto::stored_key_size)).unseal(place, sealed));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes bad = sealed;
        bad[i] ^= std::byte{1};
        EXPECT_FALSE(sealer.unseal(place, bad)) << i;
    }
}

TEST(ColumnSealer, AKeyedHashFindsAndTellsNothing) {
    const ColumnSealer sealer(crypto::random_secret(crypto::stored_key_size));
    const auto hash = sealer.keyed_hash("users.name", as_bytes("ada"));
    EXPECT_EQ(sealer.keyed_hash("users.name", as_bytes("ada")), hash);
    EXPECT_NE(sealer.keyed_hash("users.name", as_bytes("adb")), hash);
    EXPECT_NE(sealer.keyed_hash("api_tokens.name", as_bytes("ada")), hash);
    EXPECT_NE(hash, crypto::sha256(as_bytes("ada")));
    EXPECT_NE(ColumnSealer(crypto::random_secret(crypto::stored_key_size))
                  .keyed_hash("users.name", as_bytes("ada")),
              hash);
}

TEST(KeyFile, IsMadeOnceForItsOwnerAlone) {
    const TestFolder folder;
    const auto path = folder.path() / "data.key";
    EXPECT_EQ(crypto::load_key(path).error().kind, ErrorKind::not_found);
    const Secret made = crypto::load_or_make_key(path).value();
    const Secret again = crypto::load_or_make_key(path).value();
    EXPECT_EQ(made.reveal_text(), again.reveal_text());
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0600u);
    std::filesystem::permissions(path, std::filesystem::perms(0640));
    EXPECT_EQ(crypto::load_or_make_key(path).error().kind, ErrorKind::forbidden);
}

TEST(KeyFile, WhatHoldsNoKeyIsNotReplaced) {
    const TestFolder folder;
    const auto path = folder.path() / "data.key";
    for (const std::string& text :
         {std::string(), std::string("abc"), std::string(64, 'x'), std::string(66, 'a')}) {
        ASSERT_TRUE(write_file_synced(path, as_bytes(text)));
        EXPECT_EQ(crypto::load_or_make_key(path).error().kind,
                  text.size() > 66 ? ErrorKind::exhausted : ErrorKind::corrupt)
            << text;
    }
}

}  // namespace
}  // namespace vedette::hub::sealing
