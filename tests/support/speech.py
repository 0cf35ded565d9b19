"""Sound for tests of the way from the WebSocket to a camera's loudspeaker."""

import math
import struct
import time

RATE = 8000
PIECE = 320


def tone(start, count=PIECE, frequency=440):
    return [round(8000 * math.sin(2 * math.pi * frequency * (start + i) / RATE)) for i in range(count)]


def message(channel, samples):
    return struct.pack(">IB3x", channel, 2) + struct.pack(f"<{len(samples)}h", *samples)


def start(connection, camera, channel=1):
    """The answer to the wish to speak."""
    connection.send({"type": "talk.start", "channel": channel, "camera_id": camera})
    return connection.wait("an answer on the channel", lambda m: m.get("channel") == channel)


def say(connection, seconds, channel=1):
    """A tone of 440 Hz, as fast as it would be spoken."""
    begun = time.monotonic()
    for piece in range(round(seconds * RATE / PIECE)):
        connection.send_binary(message(channel, tone(piece * PIECE)))
        time.sleep(max(0, begun + (piece + 1) * PIECE / RATE - time.monotonic()))


def pitch(samples):
    """Hertz, from upward crossings of zero."""
    crossings = sum(1 for a, b in zip(samples, samples[1:]) if a < 0 <= b)
    return crossings * RATE / len(samples)
