#include "gateway/cameras/state_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_folder.hpp"

namespace vedette::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using wire::CameraState;

wire::StateChange change(std::int64_t at, CameraState state, std::string reason = "",
                         media::StreamKind stream = media::StreamKind::main) {
    return {.stream = stream, .state = state, .reason = std::move(reason), .at = from_unix_seconds(at)};
}

TEST(StateHistoryTest, KeepsChangesAndNothingElse) {
    StateHistory history;
    const CameraId gate = CameraId::random();
    const CameraId yard = CameraId::random();
    EXPECT_TRUE(history.note(gate, change(1, CameraState::connecting)));
    EXPECT_FALSE(history.note(gate, change(2, CameraState::connecting)));
    EXPECT_TRUE(history.note(gate, change(3, CameraState::connecting, "", media::StreamKind::sub)));
    EXPECT_TRUE(history.note(gate, change(4, CameraState::waiting, "refused")));
    EXPECT_TRUE(history.note(gate, change(5, CameraState::waiting, "silent")));
    EXPECT_TRUE(history.note(yard, change(6, CameraState::recording)));
    EXPECT_THAT(history.of(gate), ElementsAre(change(5, CameraState::waiting, "silent"),
                                              change(4, CameraState::waiting, "refused"),
                                              change(3, CameraState::connecting, "", media::StreamKind::sub),
                                              change(1, CameraState::connecting)));
    EXPECT_THAT(history.take_unsaved().changes, SizeIs(5));
    EXPECT_TRUE(history.take_unsaved().empty());
    history.forget(gate);
    EXPECT_THAT(history.of(gate), IsEmpty());
    EXPECT_THAT(history.of(yard), SizeIs(1));
}

TEST(StateHistoryTest, AFlappingCameraFillsNothing) {
    StateHistory history;
    const CameraId gate = CameraId::random();
    for (int i = 0; i < 1'000; ++i)
        history.note(gate, change(i, i % 2 == 0 ? CameraState::recording : CameraState::waiting));
    EXPECT_THAT(history.of(gate), SizeIs(max_state_changes));
    EXPECT_EQ(history.of(gate).front().at, from_unix_seconds(999));
    EXPECT_THAT(history.take_unsaved().changes, SizeIs(max_state_changes));
}

TEST(StateHistoryTest, OutlivesTheProcess) {
    const TestFolder folder;
    const auto file = folder.path() / "history.db";
    const CameraId gate = CameraId::random();
    const CameraId yard = CameraId::random();
    {
        auto disk = StateHistoryFile::open(file).value();
        StateHistory history;
        for (int i = 0; i < 70; ++i) {
            history.note(gate, change(i, i % 2 == 0 ? CameraState::recording : CameraState::waiting));
            if (i % 10 == 9) ASSERT_TRUE(disk.write(history.take_unsaved()));
        }
        history.note(yard, change(80, CameraState::unauthorised, "wrong password"));
        ASSERT_TRUE(disk.write(history.take_unsaved()));
    }
    auto disk = StateHistoryFile::open(file).value();
    StateHistory history;
    history.restore(disk.load().value());
    EXPECT_THAT(history.of(gate), SizeIs(max_state_changes));
    EXPECT_EQ(history.of(gate).front(), change(69, CameraState::waiting));
    EXPECT_THAT(history.of(yard), ElementsAre(change(80, CameraState::unauthorised, "wrong password")));
    EXPECT_TRUE(history.take_unsaved().empty());
    history.forget(gate);
    ASSERT_TRUE(disk.write(history.take_unsaved()));
    EXPECT_THAT(disk.load().value(), SizeIs(1));
}

}  // namespace
}  // namespace vedette::gateway
