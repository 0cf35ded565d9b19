// Servers for mail and short messages, of authorities of their own, and the messages that they took.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort, waitFor } from './product.mjs';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));

export const MAIL_USER = 'vedette';
export const MAIL_PASSWORD = 'a secret of the post';

/** A certificate of its own authority, for localhost: the paths of both files. */
async function certificateIn(folder, name) {
  const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  await run('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate,
  ]);
  return [certificate, key];
}

export const SMS_SECRET = 'a secret of the telephone';

/** An HTTPS server that takes short messages as JSON. `take(predicate)` waits for one and removes it. */
export async function startSmsServer(folder) {
  const [certificate, key] = await certificateIn(folder, 'sms');
  const inbox = [];
  const server = createServer({ cert: await readFile(certificate), key: await readFile(key) }, (request, response) => {
    let body = '';
    request.on('data', (piece) => (body += piece));
    request.on('end', () => {
      const fits = request.headers.authorization === `Bearer ${SMS_SECRET}` && request.url === '/send?from=vedette';
      if (fits) inbox.push(JSON.parse(body));
      response.writeHead(fits ? 202 : 401).end(fits ? '' : 'who are you?');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    url: `https://localhost:${port}/send?from=vedette`,
    authority: await readFile(certificate, 'utf8'),
    inbox,
    take: (predicate) => taken(inbox, predicate),
    stop: () => new Promise((done) => server.close(done)),
  };
}

const taken = (inbox, predicate) =>
  waitFor('a message', () => {
    const at = inbox.findIndex(predicate);
    return at >= 0 && inbox.splice(at, 1)[0];
  });

/** `security`: starttls or tls. `take(predicate)` waits for a message and removes it. */
export async function startMailServer(folder, security = 'starttls') {
  const [certificate, key] = await certificateIn(folder, security);
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
    take: (predicate) => taken(inbox, predicate),
    async stop() {
      if (server.exitCode !== null) return;
      server.kill();
      await once(server, 'exit');
    },
  };
}

/** The eight digits of a message. */
export const codeIn = ({ text }) => text.match(/\b(\d{4}) (\d{4})\b/).slice(1).join('');
