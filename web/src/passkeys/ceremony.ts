import type { PasskeyAssertion, PasskeyCreation, PasskeyRequest } from '../api/client';

/** Why no passkey was made or used, in one sentence for the person who can act. */
export class PasskeyError extends Error {}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function toBase64Url(bytes: ArrayBuffer): string {
  let binary = '';
  for (const byte of new Uint8Array(bytes)) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** An IP address as browsers write it: IPv6 in brackets. A passkey can't belong to one. */
export const isAddress = (hostname: string) => /^\[.*\]$|^[\d.]+$/.test(hostname);

/** Why no passkey can be made or used on this page; null: it can. */
export function obstacle(): string | null {
  if (!('PublicKeyCredential' in window)) {
    return 'This browser can’t use passkeys; another one, or a newer one, can.';
  }
  if (isAddress(window.location.hostname)) {
    return 'A passkey belongs to a name and not to an address: open Vedette by the server’s host name to use one.';
  }
  return null;
}

/** What the browser's exceptions mean here (Web Authentication, sections 5.1.3 and 5.1.4). */
export function wordsFor(name: string, message: string): string {
  switch (name) {
    case 'NotAllowedError':
      if (/certificate/i.test(message)) {
        return 'The browser does not trust this server’s certificate. Import its authority into the browser, then passkeys work.';
      }
      return 'No passkey was used: it was cancelled, or it took too long. Try again when you are ready.';
    case 'InvalidStateError':
      return 'This device has a passkey for your account already.';
    case 'SecurityError':
      return 'The browser allows no passkeys at this address: open Vedette by the server’s host name to use one.';
    case 'NotSupportedError':
    case 'ConstraintError':
      return 'This device can’t make the passkey that is needed; it takes one with a PIN, a fingerprint or a face.';
    default:
      return `The browser could not use a passkey: ${message || name}`;
  }
}

async function worded<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof DOMException && error.name !== 'AbortError') {
      throw new PasskeyError(wordsFor(error.name, error.message));
    }
    throw error;
  }
}

const descriptors = (ids: string[]) =>
  ids.map((id) => ({ type: 'public-key' as const, id: fromBase64Url(id) }));

/** Has the browser make a passkey. */
export async function createPasskey(wanted: PasskeyCreation) {
  const credential = await worded(
    navigator.credentials.create({
      publicKey: {
        challenge: fromBase64Url(wanted.challenge),
        rp: { id: wanted.rp_id, name: 'Vedette' },
        user: { id: fromBase64Url(wanted.user_id), name: wanted.username, displayName: wanted.username },
        pubKeyCredParams: wanted.algorithms.map((alg) => ({ type: 'public-key', alg })),
        timeout: wanted.timeout_s * 1000,
        excludeCredentials: descriptors(wanted.credential_ids),
        authenticatorSelection: {
          residentKey: 'required',
          requireResidentKey: true,
          userVerification: 'required',
        },
        attestation: 'none',
      },
    }),
  );
  const { response } = credential as PublicKeyCredential;
  return {
    client_data: toBase64Url(response.clientDataJSON),
    attestation_object: toBase64Url((response as AuthenticatorAttestationResponse).attestationObject),
  };
}

/** Has the browser ask for a passkey; with a `signal` quietly, among what it fills into the form. */
export async function askForPasskey(
  request: PasskeyRequest,
  signal?: AbortSignal,
): Promise<PasskeyAssertion> {
  const credential = await worded(
    navigator.credentials.get({
      ...(signal && { mediation: 'conditional' as const, signal }),
      publicKey: {
        challenge: fromBase64Url(request.challenge),
        rpId: request.rp_id,
        timeout: request.timeout_s * 1000,
        allowCredentials: descriptors(request.credential_ids),
        userVerification: 'required',
      },
    }),
  );
  const { rawId, response } = credential as PublicKeyCredential;
  const { clientDataJSON, authenticatorData, signature, userHandle } =
    response as AuthenticatorAssertionResponse;
  return {
    credential_id: toBase64Url(rawId),
    client_data: toBase64Url(clientDataJSON),
    authenticator_data: toBase64Url(authenticatorData),
    signature: toBase64Url(signature),
    ...(userHandle?.byteLength && { user_handle: toBase64Url(userHandle) }),
  };
}
