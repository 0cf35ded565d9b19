import { Navigate, Route, Routes } from 'react-router-dom';
import { AccountPage } from '../account/AccountPage';
import { AuditPage } from '../audit/AuditPage';
import { CamerasPage } from '../cameras/CamerasPage';
import { FindCamerasPage } from '../cameras/find/FindCamerasPage';
import { LivePage } from '../live/LivePage';
import { ApprovalsPage } from '../clearance/ApprovalsPage';
import { ClearanceDialog } from '../clearance/ClearanceDialog';
import { ConnectionProvider } from '../media/ConnectionContext';
import { PeoplePage } from '../people/PeoplePage';
import { CameraPage } from '../playback/CameraPage';
import { SessionGate } from '../session/SessionGate';
import { StepPage } from '../step/StepPage';
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
            <Route path="/playback" element={<StepPage />} />
            <Route path="/account" element={<AccountPage />} />
            <Route path="/audit" element={<AuditPage />} />
            <Route path="/approvals" element={<ApprovalsPage />} />
            <Route path="/people" element={<PeoplePage />} />
            <Route path="*" element={<Navigate to="/live" replace />} />
          </Route>
        </Routes>
        <ClearanceDialog />
      </ConnectionProvider>
    </SessionGate>
  );
}
