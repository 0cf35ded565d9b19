// What an authenticator app does.

import { createHmac } from 'node:crypto';

export const TOTP_STEP_SECONDS = 30;

/** RFC 6238: the secret in base 32, the code of a step. */
export function codeOf(base32, step) {
  let bits = '';
  for (const c of base32) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Of this moment. */
export const codeNow = (base32) => codeOf(base32, Math.floor(Date.now() / 1000 / TOTP_STEP_SECONDS));
