"""What happens to the recorder as a whole is an entry of the log: each start, and how the process before ended; a clock that was set."""

import re
import signal
import subprocess
import time

import case
import vedette


class RecorderEventsTest(case.SystemTest):
    def events(self, server, camera):
        return server.recordings(camera)["recorder_events"]

    def recorded(self, camera=None, farm=None):
        server = self.server()
        camera = camera or server.add_camera("Gate", farm.url())
        start = vedette.now_90k()
        vedette.wait_for("recording", lambda: any(r["end_90k"] > start for r in server.recordings(camera)["ranges"]))
        return server, camera

    def test_starts(self):
        version = subprocess.run([case.BINARY, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
        server, camera = self.recorded(farm=self.simulator())
        first = self.events(server, camera)
        self.assertEqual([(e["kind"], e["before"], e["version"]) for e in first], [("start", "not_known", version)])
        self.assertEqual(first[0]["at_90k"], first[0]["idle_since_90k"])
        self.assertIn(first[0]["clock"], ("synchronised", "not_synchronised", "not_known"))
        self.assertEqual(server.stop(), 0, server.output())
        stopped = vedette.now_90k()
        time.sleep(2)

        server, camera = self.recorded(camera)
        second = self.events(server, camera)[1]
        self.assertEqual(second["before"], "orderly")
        self.assertLess(abs(second["idle_since_90k"] - stopped), 2 * vedette.TICKS_PER_SECOND)
        self.assertGreater(second["at_90k"] - second["idle_since_90k"], 2 * vedette.TICKS_PER_SECOND)
        killed = vedette.now_90k()
        server.stop(signal.SIGKILL)
        self.assertRegex(self.verify(), r"(?m)^starts +2 of the recorder, 0 after")

        server, camera = self.recorded(camera)
        events = self.events(server, camera)
        self.assertEqual([e["before"] for e in events], ["not_known", "orderly", "cut_off"])
        # At most what lies between two signs of life, 10 s, and between two syncs.
        self.assertLess(abs(events[2]["idle_since_90k"] - killed), 15 * vedette.TICKS_PER_SECOND)
        self.assertEqual(server.stop(), 0, server.output())
        self.assertRegex(self.verify(), r"(?m)^starts +3 of the recorder, 1 after it was not stopped in good order$")
        told = "3 starts of the recorder, 1 after it was not stopped in good order; 0 steps of the clock"
        self.assertIn(told, vedette.run(case.BINARY, "vault", "stats", "--data", self.data)[1])

        (self.data / "index.db").unlink()
        code, said = vedette.run(case.BINARY, "vault", "rebuild", "--data", self.data)
        self.assertEqual(code, 0, said)
        self.assertIn(told, vedette.run(case.BINARY, "vault", "stats", "--data", self.data)[1])
        server = self.server()
        self.assertEqual(self.events(server, camera)[:3], events)
        self.assertEqual(server.stop(), 0, server.output())

    def test_a_clock_that_was_set_back_while_nothing_ran(self):
        server, camera = self.recorded(farm=self.simulator())
        self.assertEqual(server.stop(), 0, server.output())
        alive = self.data / "alive"
        stopped = int(re.fullmatch(r"vedette alive 1\nstopped (\d+)\n", alive.read_text())[1])
        later = stopped + 3600 * vedette.TICKS_PER_SECOND
        alive.write_text(f"vedette alive 1\nstopped {later}\n")  # as if the clock was an hour ahead then

        server, camera = self.recorded(camera)
        step, start = self.events(server, camera)[1:]
        self.assertEqual((step["kind"], step["noticed"], step["from_90k"]), ("clock_step", "at_start", later))
        self.assertEqual(step["at_90k"], start["at_90k"])
        self.assertEqual(server.stop(), 0, server.output())
        said = self.verify()
        self.assertRegex(said, r"(?m)^clock +1 step$")
        self.assertRegex(said, r"(?m)^ +from \S+ to \S+, (0:59:\d\d|1:00:00) h back, while nothing ran")


if __name__ == "__main__":
    case.main()
