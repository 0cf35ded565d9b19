#include "simulate/datagrams.hpp"

#include "rtsp/stream_parser.hpp"
#include "simulate/packetiser.hpp"

namespace vedette::simulate {

Result<DatagramSender> DatagramSender::open(const std::string& address, NetworkFaults faults) {
    net::MediaSockets sockets;
    VEDETTE_TRY(const std::uint16_t port, sockets.add_pair(address));
    return DatagramSender(std::move(sockets), port, faults);
}

void DatagramSender::send(const std::string& client, const ClientPorts& ports, ByteView bytes) {
    ByteReader reader(bytes);
    ByteView swapped;
    while (!reader.at_end()) {
        reader.u8();
        const std::uint8_t channel = reader.u8();
        const ByteView packet = reader.take(reader.u16());
        if (reader.failed()) return;
        const bool audio = channel >= audio_channel;
        const bool rtcp = channel % 2 == 1;
        const auto port = ports[audio ? 1 : 0];
        if (!port) continue;
        const auto to = static_cast<std::uint16_t>(*port + (rtcp ? 1 : 0));
        if (rtcp || audio) {
            sockets_.send(0, rtcp, client, to, packet);
            continue;
        }
        ++packets_;
        if (faults_.lose_every > 0 && packets_ % faults_.lose_every == 0) continue;
        if (faults_.swap_every > 0 && packets_ % faults_.swap_every == 0 && swapped.empty()) {
            swapped = packet;
            continue;
        }
        sockets_.send(0, false, client, to, packet);
        if (!swapped.empty()) sockets_.send(0, false, client, to, std::exchange(swapped, {}));
    }
    if (!swapped.empty() && ports[0]) sockets_.send(0, false, client, *ports[0], swapped);
}

}  // namespace vedette::simulate
