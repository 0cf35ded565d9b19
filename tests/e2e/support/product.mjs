// Runs the real program: on free ports, in a fresh data directory, ended by its process id.

import { randomInt } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const BINARY = process.env.VEDETTE_BINARY ?? join(here, '../../../build/release/vedette');

export const TICKS_PER_SECOND = 90_000;
export const USER = 'admin';
export const PASSWORD = 'six windows over the harbour';

export const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls `condition` until it gives something true, and returns that. */
export async function waitFor(what, condition, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await delay(200);
  }
}

const portsGiven = new Set();

/**
 * A port that nothing listens on, below those that outgoing connections take: none of them has it by the time a server wants it. Never
 * twice the same.
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    if (portsGiven.has(port)) continue;
    portsGiven.add(port);
    const server = createServer().listen(port, '127.0.0.1');
    const listens = await once(server, 'listening').then(() => true, () => false);
    if (!listens) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** A temporary folder, removed by the returned `remove`. */
export async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'vedette-e2e-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Starts `vedette ...args`; resolves when a line matches `ready`. */
export async function start(args, ready) {
  const child = spawn(BINARY, args.map(String), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => (output += text));
  }
  const ended = once(child, 'exit');
  const program = {
    output: () => output,
    /** Ends the program and gives its exit code. */
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 20_000);
      const [code] = await ended;
      clearTimeout(hard);
      return code;
    },
  };
  await waitFor(
    `"vedette ${args.join(' ')}" to say ${ready}`,
    () => {
      if (child.exitCode !== null) throw new Error(`vedette ${args.join(' ')} ended:\n${output}`);
      return ready.test(output);
    },
    60,
  );
  return program;
}

/** `vedette serve` or `vedette demo`; on its first start it prints a claim code. */
export async function startServer(command, data, { port, more = [] } = {}) {
  const chosen = port ?? (await freePort());
  const local = command === 'serve' ? ['--allow-local-cameras'] : []; // where simulated ones are
  const program = await start([command, '--data', data, '--port', chosen, '--bind', '127.0.0.1', ...local, ...more], /Vedette is ready/);
  return {
    ...program,
    port: chosen,
    url: `https://localhost:${chosen}`,
    authority: join(data, 'hub', 'ca.pem'),
    claimCode: async () => (await waitFor('the claim code', () => program.output().match(/Claim code: +(\S+)/)))[1],
  };
}

/** `vedette simulate` on a given port, so that it can come back where it was. */
export const startSimulator = (port, ...more) => start(['simulate', '--port', port, ...more], /rtsps?:\/\//);

/** One of the clips that the build makes for simulated cameras. */
export const clip = (name) => join(dirname(BINARY), '../clips', name);
