import { createVedetteClient, type Middleware, type Schemas } from 'vedette-client';
import { clearing } from '../clearance/clearing';
import { observeAnswer } from '../media/serverClock';
import { readOnly } from '../session/viewAs';

export type Account = Schemas['Account'];
export type Approval = Schemas['Approval'];
export type ApiToken = Schemas['ApiToken'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditStream = Schemas['AuditStream'];
export type AuditStreamTarget = Schemas['AuditStreamTarget'];
export type Assignment = Schemas['Assignment'];
export type Camera = Schemas['Camera'];
export type CameraChange = Schemas['CameraChange'];
export type CameraState = Schemas['CameraState'];
export type Transport = Schemas['Transport'];
export type CameraGroup = Schemas['CameraGroup'];
export type KeepRule = Schemas['KeepRule'];
export type Retention = Schemas['Retention'];
export type CameraList = Schemas['CameraList'];
export type CameraEvent = Schemas['CameraEvent'];
export type CameraTest = Schemas['CameraTest'];
export type NewDevice = Schemas['NewDevice'];
export type DeviceCare = Schemas['DeviceCare'];
export type DeviceImagingChange = Schemas['DeviceImagingChange'];
export type DeviceReport = Schemas['DeviceReport'];
export type FoundCamera = Schemas['FoundCamera'];
export type Decision = Schemas['Decision'];
export type RecorderEvent = Schemas['RecorderEvent'];
export type DeletedRange = Schemas['Recordings']['deleted'][number];
export type Hold = Schemas['Hold'];
export type Interface = Schemas['InterfaceList']['interfaces'][number];
export type Invitation = Schemas['Invitation'];
export type Interval = Schemas['Interval'];
export type Clearance = Schemas['Clearance'];
export type ClientKind = Schemas['ClientKind'];
export type CreatedApiToken = Schemas['CreatedApiToken'];
export type Mail = Schemas['Mail'];
export type MailServerTest = Schemas['MailServerTest'];
export type NewApiToken = Schemas['NewApiToken'];
export type NewAuthenticator = Schemas['NewAuthenticator'];
export type NewCamera = Schemas['NewCamera'];
export type Passkey = Schemas['Passkey'];
export type PasskeyAssertion = Schemas['PasskeyAssertion'];
export type PasskeyCreation = Schemas['PasskeyCreation'];
export type PasskeyRequest = Schemas['PasskeyRequest'];
export type Place = Schemas['Place'];
export type Problem = Schemas['Problem'];
export type Proof = Schemas['Proof'];
export type Ptz = Schemas['Ptz'];
export type Right = Schemas['Right'];
export type Role = Schemas['Role'];
export type NewRole = Schemas['NewRole'];
export type AccessRules = Schemas['AccessRules'];
export type Holiday = Schemas['Holiday'];
export type Recordings = Schemas['Recordings'];
export type SafeguardedAction = Schemas['Action'];
export type StepUp = Schemas['StepUp'];
export type OwnSession = Schemas['OwnSession'];
export type Session = Schemas['Session'];
export type SecondFactorNeeded = Schemas['SecondFactorNeeded'];
export type SecondPersonNeeded = Schemas['SecondPersonNeeded'];
export type Sms = Schemas['Sms'];
export type StateChange = Schemas['StateChange'];
export type Storage = Schemas['Storage'];
export type Stream = Schemas['Stream'];
export type StreamKind = Schemas['StreamKind'];
export type TestReport = Schemas['TestReport'];
export type User = Schemas['User'];
export type Track = Schemas['Track'];

/** The same client that other people's programs use; the browser's session is the cookie. */
export const api = createVedetteClient({ url: window.location.origin });

const sentMs = new Map<string, number>();

/** Every answer says what the server's clock shows. */
const readClock: Middleware = {
  onRequest: ({ id }) => {
    sentMs.set(id, Date.now());
  },
  onResponse: ({ id, response }) => {
    const sent = sentMs.get(id);
    if (sent !== undefined) observeAnswer(response.headers.get('Date'), sent, Date.now());
    sentMs.delete(id);
  },
  onError: ({ id }) => {
    sentMs.delete(id);
  },
};
api.use(readOnly);
api.use(readClock);
api.use(clearing);
