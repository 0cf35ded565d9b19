#include "onvif/ptz.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onvif/answers.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/relay.hpp"
#include "onvif/soap.hpp"

namespace vedette::onvif {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string space(std::string_view name, std::string_view uri, double min, double max, bool two) {
    const auto range = [&](std::string_view axis) {
        return fmt::format("<tt:{0}><tt:Min>{1}</tt:Min><tt:Max>{2}</tt:Max></tt:{0}>", axis, min, max);
    };
    return fmt::format("<tt:{0}><tt:URI>{1}</tt:URI>{2}{3}</tt:{0}>", name, uri, range("XRange"),
                       two ? range("YRange") : "");
}

std::string nodes(std::string_view spaces, std::string_view rest = {}) {
    return write_envelope(fmt::format(
        R"(<tptz:GetNodesResponse><tptz:PTZNode token="n1"><tt:Name>n</tt:Name><tt:SupportedPTZSpaces>{}</tt:SupportedPTZSpaces>{}</tptz:PTZNode></tptz:GetNodesResponse>)",
        spaces, rest));
}

const std::string generic = "http://www.onvif.org/ver10/tptz/PanTiltSpaces/VelocityGenericSpace";
const std::string degrees = "http://www.onvif.org/ver10/tptz/PanTiltSpaces/SphericalPositionSpaceDegrees";

TEST(Ptz, ReadsWhatAHeadCanDo) {
    const auto read = parse_ptz_nodes(
        nodes(space("ContinuousPanTiltVelocitySpace", generic, -1, 1, true) +
                  space("AbsolutePanTiltPositionSpace", degrees, -180, 180, true) +
                  space("ContinuousZoomVelocitySpace", generic, 1, -1, false),  // upside down: not believed
              "<tt:MaximumNumberOfPresets>100000</tt:MaximumNumberOfPresets><tt:HomeSupported>1</"
              "tt:HomeSupported>"));
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->size(), 1u);
    const PtzNode& node = read->front();
    EXPECT_EQ(node.token, "n1");
    EXPECT_TRUE(node.continuous_pan_tilt);
    EXPECT_EQ(node.absolute_pan_tilt->x, (PtzRange{-180, 180}));
    EXPECT_FALSE(node.continuous_zoom);
    EXPECT_FALSE(node.relative_pan_tilt);
    EXPECT_EQ(node.max_presets, max_presets);
    EXPECT_TRUE(node.has_home);
}

TEST(Ptz, TheGenericSpaceIsPreferredToDegrees) {
    const auto read = parse_ptz_nodes(nodes(space("ContinuousPanTiltVelocitySpace", degrees, -40, 80, true) +
                                            space("ContinuousPanTiltVelocitySpace", generic, -1, 1, true)));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->front().continuous_pan_tilt->uri, generic);
}

TEST(Ptz, FiguresAreCountedAsTheCameraCounts) {
    PtzNode node{.token = "n"};
    node.continuous_pan_tilt = PtzSpace{.uri = "", .x = {-40, 80}, .y = {-20, 20}};
    node.absolute_pan_tilt = PtzSpace{.uri = "u&v", .x = {-180, 180}, .y = {0, 90}};
    node.absolute_zoom = PtzSpace{.uri = "", .x = {1, 30}, .y = {}};
    const std::string move =
        continuous_move("p<1", node, {.pan = -0.5, .tilt = 0.25, .zoom = 1}, std::chrono::milliseconds(2500));
    EXPECT_THAT(move, HasSubstr("<tptz:ProfileToken>p&lt;1</tptz:ProfileToken>"));
    EXPECT_THAT(move, HasSubstr(R"(<tt:PanTilt x="-20.0000" y="5.0000"/>)"));
    EXPECT_THAT(move, HasSubstr("<tptz:Timeout>PT2.5S</tptz:Timeout>"));
    EXPECT_THAT(move, Not(HasSubstr("Zoom"))) << "this head has no motor for it";
    EXPECT_THAT(continuous_move("p", node, {}, std::chrono::seconds(1)),
                HasSubstr(R"(x="0.0000" y="0.0000")"))
        << "no speed is none, whatever the ends of the range";
    EXPECT_THAT(absolute_move("p", node, 1, -1, 0.5),
                HasSubstr(R"(<tt:PanTilt x="180.0000" y="0.0000" space="u&amp;v"/><tt:Zoom x="15.5000"/>)"));
    EXPECT_THAT(absolute_move("p", node, std::nullopt, std::nullopt, 9),
                HasSubstr(R"(<tptz:Position><tt:Zoom x="30.0000"/>)"));

    const auto status = parse_ptz_status(write_envelope(
        R"(<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position><tt:PanTilt x="90" y="45"/>)"
        R"(<tt:Zoom x="500"/></tt:Position><tt:MoveStatus><tt:PanTilt>MOVING</tt:PanTilt></tt:MoveStatus>)"
        R"(</tptz:PTZStatus></tptz:GetStatusResponse>)"));
    ASSERT_TRUE(status) << status.error().message;
    const PtzPosition position = position_of(*status, node);
    EXPECT_DOUBLE_EQ(*position.pan, 0.5);
    EXPECT_DOUBLE_EQ(*position.tilt, 0);
    EXPECT_DOUBLE_EQ(*position.zoom, 1);
    EXPECT_TRUE(position.moving);
}

TEST(Ptz, APositionThatIsNoneIsLeftOut) {
    PtzNode node{.token = "n"};
    node.absolute_pan_tilt = PtzSpace{};
    node.absolute_zoom = PtzSpace{.uri = "", .x = {0, 1}, .y = {}};
    for (const char* figures : {R"(x="nan" y="0")", R"(x="1e300" y="0")", R"(x="" y="0")", R"(x="0")"}) {
        const auto status = parse_ptz_status(write_envelope(
            fmt::format("<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position><tt:PanTilt {}/></tt:Position>"
                        "</tptz:PTZStatus></tptz:GetStatusResponse>",
                        figures)));
        ASSERT_TRUE(status) << figures;
        EXPECT_FALSE(position_of(*status, node).pan) << figures;
        EXPECT_FALSE(position_of(*status, node).zoom) << figures;
    }
}

TEST(Ptz, PresetsWithoutATokenOrWithAUsedOneAreLeftOut) {
    const auto presets = parse_presets(write_envelope(
        R"(<tptz:GetPresetsResponse><tptz:Preset token="1"><tt:Name> Gate </tt:Name></tptz:Preset>)"
        R"(<tptz:Preset token="1"><tt:Name>Twice</tt:Name></tptz:Preset><tptz:Preset><tt:Name>None</tt:Name></tptz:Preset>)"
        R"(<tptz:Preset token="Preset 2"/></tptz:GetPresetsResponse>)"));
    ASSERT_TRUE(presets);
    EXPECT_THAT(*presets, ElementsAre(PtzPreset{"1", "Gate"}, PtzPreset{"Preset 2", "Preset 2"}));
}

TEST(Ptz, AnAnswerToSomethingElseIsNoSuccess) {
    const std::string stopped = write_envelope("<tptz:StopResponse/>");
    EXPECT_TRUE(read_reply(done_question(ns::ptz, "Stop"), stopped));
    EXPECT_FALSE(read_reply(done_question(ns::ptz, "ContinuousMove"), stopped));
    EXPECT_FALSE(parse_set_preset(write_envelope("<tptz:SetPresetResponse/>")));
}

TEST(Relay, OutputsOfSeveralMakers) {
    const auto relays = parse_relay_outputs(write_envelope(
        R"(<tds:GetRelayOutputsResponse><tds:RelayOutputs token="RelayOutput_0"><tt:Properties><tt:Mode>Bistable</tt:Mode>)"
        R"(<tt:DelayTime>PT0S</tt:DelayTime><tt:IdleState>closed</tt:IdleState></tt:Properties></tds:RelayOutputs>)"
        R"(<tds:RelayOutputs token="2"><tt:Properties><tt:Mode>Monostable</tt:Mode></tt:Properties></tds:RelayOutputs>)"
        R"(<tds:RelayOutputs/></tds:GetRelayOutputsResponse>)"));
    ASSERT_TRUE(relays) << relays.error().message;
    EXPECT_THAT(*relays,
                ElementsAre(RelayOutput{"RelayOutput_0", false, false}, RelayOutput{"2", true, true}));
    EXPECT_THAT(set_relay_output_state("a&b", true),
                HasSubstr("a&amp;b</r:RelayOutputToken><r:LogicalState>active<"));
    const auto of_device_io = parse_relay_outputs(write_envelope(
        R"(<x:GetRelayOutputsResponse xmlns:x="http://www.onvif.org/ver10/deviceIO/wsdl"><x:RelayOutputs token="r">)"
        R"(</x:RelayOutputs></x:GetRelayOutputsResponse>)"));
    ASSERT_TRUE(of_device_io) << of_device_io.error().message;
    EXPECT_THAT(*of_device_io, ElementsAre(RelayOutput{"r", false, true}));
    EXPECT_FALSE(parse_relay_outputs(write_envelope("<tds:GetScopesResponse/>")));
}

}  // namespace
}  // namespace vedette::onvif
