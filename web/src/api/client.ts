import createClient, { type Middleware } from 'openapi-fetch';
import { observeAnswer } from '../media/serverClock';
import type { components, paths } from './schema.gen';

type Schemas = components['schemas'];
export type Camera = Schemas['Camera'];
export type CameraChange = Schemas['CameraChange'];
export type CameraState = Schemas['CameraState'];
export type Transport = Schemas['Transport'];
export type CameraList = Schemas['CameraList'];
export type CameraEvent = Schemas['CameraEvent'];
export type CameraTest = Schemas['CameraTest'];
export type DeviceCare = Schemas['DeviceCare'];
export type DeviceImagingChange = Schemas['DeviceImagingChange'];
export type DeviceReport = Schemas['DeviceReport'];
export type FoundCamera = Schemas['FoundCamera'];
export type DeletedRange = Schemas['Recordings']['deleted'][number];
export type Hold = Schemas['Hold'];
export type Interface = Schemas['InterfaceList']['interfaces'][number];
export type Interval = Schemas['Interval'];
export type NewCamera = Schemas['NewCamera'];
export type Problem = Schemas['Problem'];
export type Ptz = Schemas['Ptz'];
export type Recordings = Schemas['Recordings'];
export type Session = Schemas['Session'];
export type StateChange = Schemas['StateChange'];
export type Storage = Schemas['Storage'];
export type Stream = Schemas['Stream'];
export type StreamKind = Schemas['StreamKind'];
export type TestReport = Schemas['TestReport'];
export type Track = Schemas['Track'];

export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: 'same-origin' });

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
api.use(readClock);
