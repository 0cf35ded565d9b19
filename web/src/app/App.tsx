import { Navigate, Route, Routes } from 'react-router-dom';
import { CamerasPage } from '../cameras/CamerasPage';
import { FindCamerasPage } from '../cameras/find/FindCamerasPage';
import { LivePage } from '../live/LivePage';
import { ConnectionProvider } from '../media/ConnectionContext';
import { CameraPage } from '../playback/CameraPage';
import { SessionGate } from '../session/SessionGate';
import { Shell } from './Shell';

export function App() {
  return (
    <SessionGate>
      <ConnectionProvider>
        <Routes>
          <Route element={<Shell />}>
            <Route path="/live" element={<LivePage />} />
            <Route path="/cameras" element={<CamerasPage />} />
            <Route path="/cameras/find" element={<FindCamerasPage />} />
            <Route path="/cameras/:cameraId" element={<CameraPage />} />
            <Route path="*" element={<Navigate to="/live" replace />} />
          </Route>
        </Routes>
      </ConnectionProvider>
    </SessionGate>
  );
}
