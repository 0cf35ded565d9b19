import { describe, expect, it } from 'vitest';
import { createVedetteClient } from './client.js';
import { dataOf, VedetteError } from './problem.js';

const TOKEN = 'vdt_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg1jbXeK';

/** A server that answers every request with this, and keeps what it was asked. */
function serverOf(status: number, body: unknown, headers: Record<string, string> = {}) {
  const asked: Request[] = [];
  return {
    asked,
    fetch: async (request: Request) => {
      asked.push(request);
      return new Response(JSON.stringify(body), {
        status,
        headers: { 'Content-Type': 'application/json', ...headers },
      });
    },
  };
}

describe('a client', () => {
  it('shows its token to the server alone, in a header', async () => {
    const { asked, fetch } = serverOf(200, { cameras: [] });
    const client = createVedetteClient({ url: 'https://vedette.example:8443/', token: TOKEN, fetch });
    expect(await dataOf(client.GET('/api/v1/cameras'))).toEqual({ cameras: [] });
    const [request] = asked;
    expect(request?.url).toBe('https://vedette.example:8443/api/v1/cameras');
    expect(request?.headers.get('Authorization')).toBe(`Bearer ${TOKEN}`);
    expect(request?.redirect).toBe('error');
  });

  it('takes no token that is none, and none over a connection that others read', () => {
    const made = (url: string, token: string) => () => createVedetteClient({ url, token });
    expect(made('https://vedette.example', 'secret')).toThrow(/begins with vdt_/);
    expect(made('https://vedette.example', 'secret')).not.toThrow(/secret/);
    expect(made('http://vedette.example', TOKEN)).toThrow(/https/);
    expect(made('https://vedette.example', TOKEN)).not.toThrow();
  });

  it('throws what the server says, and what programs tell apart', async () => {
    const { fetch } = serverOf(
      429,
      { type: 'urn:vedette:problem:exhausted', detail: 'too many attempts', status: 429 },
      { 'Retry-After': '7' },
    );
    const client = createVedetteClient({ url: 'https://vedette.example', token: TOKEN, fetch });
    const error = await dataOf(client.GET('/api/v1/cameras')).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(VedetteError);
    expect(error).toMatchObject({
      status: 429,
      message: 'Too many attempts.',
      kind: 'exhausted',
      retryAfterSeconds: 7,
    });
  });

  it('says so when no answer came', async () => {
    const fetch = () => Promise.reject(new TypeError('fetch failed'));
    const client = createVedetteClient({ url: 'https://vedette.example', token: TOKEN, fetch });
    await expect(dataOf(client.GET('/api/v1/cameras'))).rejects.toMatchObject({ status: 0 });
  });
});
