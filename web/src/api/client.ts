import createClient from 'openapi-fetch';
import type { components, paths } from './schema.gen';

type Schemas = components['schemas'];
export type Camera = Schemas['Camera'];
export type CameraChange = Schemas['CameraChange'];
export type CameraState = Schemas['CameraState'];
export type Transport = Schemas['Transport'];
export type CameraList = Schemas['CameraList'];
export type CameraTest = Schemas['CameraTest'];
export type DeviceReport = Schemas['DeviceReport'];
export type FoundCamera = Schemas['FoundCamera'];
export type Interface = Schemas['InterfaceList']['interfaces'][number];
export type Interval = Schemas['Interval'];
export type NewCamera = Schemas['NewCamera'];
export type Problem = Schemas['Problem'];
export type Recordings = Schemas['Recordings'];
export type Session = Schemas['Session'];
export type StateChange = Schemas['StateChange'];
export type Storage = Schemas['Storage'];
export type Stream = Schemas['Stream'];
export type StreamKind = Schemas['StreamKind'];
export type TestReport = Schemas['TestReport'];
export type Track = Schemas['Track'];

export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: 'same-origin' });
