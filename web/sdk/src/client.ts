import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema.gen.js';

/** All that the API takes and gives, by its name in the OpenAPI file: `Schemas['Camera']`. */
export type Schemas = components['schemas'];

export type VedetteClient = Client<paths>;

export interface VedetteOptions {
  /** Of the server: `https://vedette.example:8443`. */
  url: string;
  /** An API token, `vdt_...`. A page of the server itself has none: its session's cookie goes along. */
  token?: string;
  /** Another fetch than the global one. */
  fetch?: (request: Request) => Promise<Response>;
}

const IS_TOKEN = /^vdt_[0-9A-Za-z]{49}$/;

/**
 * A client whose methods are typed by path: `client.GET('/api/v1/cameras')`. Give what they return to `dataOf`.
 * Throws when the token can't be one, or would go over a connection that others can read.
 */
export function createVedetteClient({ url, token, fetch }: VedetteOptions): VedetteClient {
  const { origin, protocol } = new URL(url);
  if (token === undefined) return createClient<paths>({ baseUrl: origin, credentials: 'same-origin', fetch });
  // Never the token itself: messages end up in logs.
  if (!IS_TOKEN.test(token)) throw new TypeError('This is no API token of Vedette; one begins with vdt_');
  if (protocol !== 'https:') throw new TypeError('A token is sent over https: alone');
  return createClient<paths>({
    baseUrl: origin,
    credentials: 'omit',
    redirect: 'error',
    headers: { Authorization: `Bearer ${token}` },
    fetch,
  });
}
