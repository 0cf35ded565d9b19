import { expect, test } from 'vitest';
import { fromBase64Url, isAddress, toBase64Url, wordsFor } from './ceremony';

test('binary values go to and fro as base64url without padding', () => {
  for (const bytes of [[], [0], [0xfb, 0xff], [0xfb, 0xff, 0xbf], [1, 2, 3, 4]]) {
    const text = toBase64Url(Uint8Array.from(bytes).buffer);
    expect(text).not.toMatch(/[+/=]/);
    expect([...fromBase64Url(text)]).toEqual(bytes);
  }
  expect(toBase64Url(Uint8Array.from([0xfb, 0xff]).buffer)).toBe('-_8');
});

test('addresses are told from names', () => {
  for (const address of ['192.0.2.1', '[2001:db8::1]', '127.0.0.1']) expect(isAddress(address)).toBe(true);
  for (const name of ['localhost', 'vedette.example', '1and1.example']) expect(isAddress(name)).toBe(false);
});

test('each exception has its sentence', () => {
  expect(wordsFor('NotAllowedError', 'The operation either timed out or was not allowed.')).toMatch(
    /cancelled/,
  );
  expect(
    wordsFor('NotAllowedError', 'WebAuthn is not supported on sites with TLS certificate errors.'),
  ).toMatch(/certificate/);
  expect(wordsFor('InvalidStateError', '')).toMatch(/already/);
  expect(wordsFor('SecurityError', '')).toMatch(/host name/);
  expect(wordsFor('NotSupportedError', '')).toMatch(/PIN/);
  expect(wordsFor('UnknownError', 'what')).toBe('The browser could not use a passkey: what');
});
