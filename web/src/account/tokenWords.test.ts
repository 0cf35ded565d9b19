import { describe, expect, it } from 'vitest';
import type { ApiToken, Camera } from '../api/client';
import { TICKS_PER_SECOND } from '../media/ticks';
import { endWords, keyWords, scopeWords, tokenState, usedWords } from './tokenWords';

const DAY = 24 * 3600 * TICKS_PER_SECOND;
const token = (more: Partial<ApiToken> = {}): ApiToken => ({
  id: 't',
  name: 'Backup',
  client_kind: 'api',
  certificate: null,
  device: false,
  rights: ['see_live', 'export_recordings'],
  camera_ids: null,
  created_90k: 0,
  expires_90k: 90 * DAY,
  last_used_90k: null,
  address: '',
  ...more,
});
const gate = { id: 'g', name: 'Gate' } as Camera;

describe('an API token', () => {
  it('says what it is for and what it is bound to', () => {
    expect(keyWords(token())).toBe('Program (API)');
    const certificate = 'Vd3XzQ4mJ0b9ZkPq7wY2s8uT5nRcLhEaGfBiOoKjHgM';
    expect(keyWords(token({ client_kind: 'mobile', certificate }))).toBe(
      'App on a phone · only with the certificate Vd3XzQ4mJ0b9…',
    );
    expect(keyWords(token({ client_kind: 'bridge', certificate, device: true }))).toBe(
      'Bridge to another system · signs in by its certificate Vd3XzQ4mJ0b9…',
    );
  });

  it('says what it may', () => {
    expect(scopeWords(token(), [])).toBe('See live pictures, Download recordings');
    expect(scopeWords(token({ rights: ['talk'], camera_ids: ['g'] }), [gate])).toBe(
      'Speak through cameras · for Gate',
    );
    expect(scopeWords(token({ rights: ['talk'], camera_ids: ['x', 'g'] }), [gate])).toContain(
      'for Gate and 1 more',
    );
    expect(scopeWords(token({ rights: ['talk'], camera_ids: ['x'] }), [gate])).toContain('for 1 camera');
  });

  it('says when it ends', () => {
    expect(tokenState(token(), 0)).toBe('good');
    expect(tokenState(token(), 80 * DAY)).toBe('soon');
    expect(tokenState(token(), 90 * DAY)).toBe('expired');
    expect(endWords(token(), 0)).toMatch(/^until /);
    expect(endWords(token(), 90 * DAY)).toMatch(/^expired /);
  });

  it('says when it was used', () => {
    expect(usedWords(token())).toBe('never used');
    expect(usedWords(token({ last_used_90k: 5, address: '192.0.2.1' }))).toMatch(/^last used .* from 192/);
  });
});
