// A mail server of its own authority, and the messages that it took.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort, waitFor } from './product.mjs';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));

export const MAIL_USER = 'vedette';
export const MAIL_PASSWORD = 'a secret of the post';

/** `security`: starttls or tls. `take(predicate)` waits for a message and removes it. */
export async function startMailServer(folder, security = 'starttls') {
  const [certificate, key] = [join(folder, `${security}.pem`), join(folder, `${security}.key`)];
  await run('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate,
  ]);
  const port = await freePort();
  const script = join(here, '../../support/mail_server.py');
  // Debian's, which has Debian's aiosmtpd.
  const server = spawn('/usr/bin/python3', [script, certificate, key, String(port), security, MAIL_USER, MAIL_PASSWORD], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const inbox = [];
  let ready = false;
  createInterface({ input: server.stdout }).on('line', (line) => {
    if (line === 'ready') ready = true;
    else inbox.push(JSON.parse(line));
  });
  await waitFor('the mail server', () => ready);
  return {
    port,
    authority: await readFile(certificate, 'utf8'),
    inbox,
    take: (predicate) =>
      waitFor('a mail', () => {
        const at = inbox.findIndex(predicate);
        return at >= 0 && inbox.splice(at, 1)[0];
      }),
    async stop() {
      if (server.exitCode !== null) return;
      server.kill();
      await once(server, 'exit');
    },
  };
}

/** The eight digits of a message. */
export const codeIn = ({ text }) => text.match(/\b(\d{4}) (\d{4})\b/).slice(1).join('');
