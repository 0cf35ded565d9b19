// A Chromium that trusts the server's own authority, and pages whose complaints are kept.

import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { PASSWORD, USER } from './product.mjs';

const run = promisify(execFile);
const FLAGS = [
  '--no-sandbox', // the tests may run as root in a container
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** Starts Chromium with an own home, in whose certificate store the server's authority is the only addition. */
export async function startBrowser(home, authority, flags = []) {
  const store = join(home, '.pki', 'nssdb');
  await mkdir(store, { recursive: true });
  await run('certutil', ['-N', '--empty-password', '-d', `sql:${store}`]);
  await run('certutil', ['-A', '-n', 'vedette', '-t', 'C,,', '-i', authority, '-d', `sql:${store}`]);
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...FLAGS, ...flags],
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
  });
}

/** A page of its own session; `page.complaints` gathers console errors, policy violations and uncaught exceptions. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') page.complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => page.complaints.push(`uncaught: ${error.stack ?? error}`));
  return page;
}

export const byId = (page, id) => page.locator(`[data-testid="${id}"]`);

/** The answers of forms are told by status codes that Chromium logs as errors: they are expected where they are provoked. */
export function forgive(page, status) {
  page.complaints = page.complaints.filter((text) => !text.includes(`status of ${status}`));
}

export async function claim(page, server) {
  await page.goto(server.url);
  await byId(page, 'claim-code').fill(await server.claimCode());
  await byId(page, 'claim-username').fill(USER);
  await byId(page, 'claim-password').fill(PASSWORD);
  await byId(page, 'claim-submit').click();
  await byId(page, 'offer-later').click();
  await byId(page, 'nav-live').waitFor();
}

export async function signIn(page, server) {
  await page.goto(server.url);
  await fillSignIn(page);
  await byId(page, 'nav-live').waitFor();
}

/** Signs in on the form that is shown, wherever one was. */
export async function fillSignIn(page, { name, password } = { name: USER, password: PASSWORD }) {
  await byId(page, 'sign-in-username').fill(name);
  await byId(page, 'sign-in-password').fill(password);
  await byId(page, 'sign-in-submit').click();
}

/** Accepts an invitation on the sign-in page, or tries to. */
export async function acceptInvitation(page, server, { name, password }, code) {
  await page.goto(server.url);
  await byId(page, 'have-invitation').click();
  await byId(page, 'invitation-username').fill(name);
  await byId(page, 'invitation-code').fill(code);
  await byId(page, 'invitation-password').fill(password);
  await byId(page, 'invitation-submit').click();
}

/** A request to the API with the session of the page; the decoded answer. */
export function api(page, method, path, body) {
  return page.evaluate(
    async ([method, path, body]) => {
      const response = await fetch(`/api/v1${path}`, {
        method,
        headers: body ? { 'Content-Type': 'application/json' } : {},
        body: body ? JSON.stringify(body) : undefined,
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text ? JSON.parse(text) : undefined;
    },
    [method, path, body],
  );
}
