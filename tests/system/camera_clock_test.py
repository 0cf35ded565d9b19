"""How fast a camera's clock runs, by when its pictures come. Alone: the start of others would make pictures late, and ten minutes of
them are in the figure."""

import case
import vedette

DRIFT_PPM = 1000  # of the quirk
TOLERANCE_PPM = 100


class CameraClockTest(case.SystemTest):
    def test_a_drift_is_measured(self):
        farm = self.simulator(1, "--quirk", "clock-drifts")
        server = self.server()
        camera = server.add_camera("Gate", farm.url())
        self.wait_state(server, camera, "recording")
        self.assertIsNone(server.stream(camera)["health"]["clock_drift_ppm"], "half a minute is needed")

        def measured():
            ppm = server.stream(camera)["health"]["clock_drift_ppm"]
            return ppm if ppm is not None and abs(ppm - DRIFT_PPM) <= TOLERANCE_PPM else None

        print(f"  {vedette.wait_for('the drift', measured, 240):.0f} ppm")
        self.assertEqual(server.stop(), 0, server.output())


if __name__ == "__main__":
    case.main()
