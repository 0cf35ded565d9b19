export interface CameraAddress {
  url: string;
  username: string;
  password: string;
}

/**
 * Takes user name and password out of an address like `rtsp://user:secret@host/path`, so that they are neither
 * shown nor kept in it. undefined when there are none. The last `@` before the path ends them: passwords contain more.
 */
export function splitCredentials(text: string): CameraAddress | undefined {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@(.*)$/is.exec(text.trim());
  if (!match) return undefined;
  const [, scheme = '', credentials = '', rest = ''] = match;
  const colon = credentials.indexOf(':');
  const username = colon < 0 ? credentials : credentials.slice(0, colon);
  const password = colon < 0 ? '' : credentials.slice(colon + 1);
  return { url: scheme + rest, username: decode(username), password: decode(password) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What is wrong with an address, in words, or null. The server has the last word. */
export function addressProblem(text: string): string | null {
  const trimmed = text.trim();
  if (!trimmed) return 'Enter the camera’s address, like rtsp://192.168.1.20/stream1.';
  if (!/^rtsps?:\/\//i.test(trimmed)) return 'The address has to begin with rtsp:// or rtsps://.';
  if (!/^rtsps?:\/\/[^/?#\s]+/i.test(trimmed))
    return 'The address lacks the camera’s host name or IP address.';
  if (/\s/.test(trimmed)) return 'The address must not contain spaces.';
  return null;
}
