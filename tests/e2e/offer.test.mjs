// Whoever claims is offered a second factor, and the rule for all administrators; a step-up then takes that passkey for that action alone.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { api, byId, forgive, openPage, startBrowser } from './support/browser.mjs';
import { checkLayout } from './support/layout.mjs';
import { addDevice, touching } from './support/passkey.mjs';
import { PASSWORD, USER, folder, freePort, startServer } from './support/product.mjs';
import { makeSteps } from './support/steps.mjs';

let scratch, server, browser, page, device;
const step = makeSteps();

before(async () => {
  scratch = await folder();
  server = await startServer('serve', `${scratch.path}/data`, { port: await freePort() });
  browser = await startBrowser(`${scratch.path}/home`, server.authority);
  page = await openPage(browser);
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  device = await addDevice(page);
});

after(async () => {
  await browser?.close();
  const code = await server?.stop();
  await scratch?.remove();
  if (server) assert.equal(code, 0, `vedette did not end well:\n${server.output()}`);
});

step('after the claim a passkey is made, and asked of every administrator', async () => {
  await page.goto(server.url);
  await byId(page, 'claim-code').fill(await server.claimCode());
  await byId(page, 'claim-username').fill(USER);
  await byId(page, 'claim-password').fill(PASSWORD);
  await byId(page, 'claim-submit').click();
  await byId(page, 'offer-later').waitFor();
  forgive(page, 401);
  await checkLayout(page, 'offer');
  await checkAccess(page, 'offer');
  assert.equal(await byId(page, 'offer-of-all').isChecked(), true);
  await byId(page, 'passkey-add').click();
  await byId(page, 'passkey-name').fill('Laptop');
  await byId(page, 'passkey-password').fill(PASSWORD);
  await touching(device, async () => {
    await byId(page, 'passkey-create').click();
    await byId(page, 'recovery-codes').waitFor();
  });
  await byId(page, 'recovery-kept').check();
  await byId(page, 'recovery-done').click();
  await byId(page, 'nav-live').waitFor();
  assert.equal((await api(page, 'GET', '/access-rules')).second_factor, 'administrators');
  assert.equal((await api(page, 'GET', '/session')).second_factor, 'on');
});

step('a challenge for one clearance is good for no other', async () => {
  const rules = await api(page, 'GET', '/access-rules');
  await api(page, 'PUT', '/access-rules', {
    ...rules,
    safeguards: [{ action: 'manage_roles', step_up: true, second_person: false }],
  });
  // By hand, as a page of somebody else's making would mix them up.
  const outcome = await touchingResult();
  assert.deepEqual(outcome, { mixed: 403, own: 200, role: 201 });
  forgive(page, 403);
});

/** Begins two clearances, has a passkey sign the challenge of the first, and gives it to both. */
async function touchingResult() {
  await device.touch(true);
  const outcome = await page.evaluate(async () => {
    const call = (method, path, body, more = {}) =>
      fetch(`/api/v1${path}`, {
        method,
        headers: { ...(body && { 'Content-Type': 'application/json' }), ...more },
        ...(body && { body: JSON.stringify(body) }),
      });
    const role = (name) => ({ name, rights: ['see_live'], max_age_days: null, schedule: null, networks: null });
    const refused = async (name) => (await (await call('POST', '/roles', role(name))).json()).clearance.id;
    const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const text = (buffer) =>
      btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const passkeyFor = async (clearance_id) => {
      const wanted = await (await call('POST', '/account/passkeys/proof', { clearance_id })).json();
      const { rawId, response } = await navigator.credentials.get({
        publicKey: {
          challenge: bytes(wanted.challenge),
          rpId: wanted.rp_id,
          allowCredentials: wanted.credential_ids.map((id) => ({ type: 'public-key', id: bytes(id) })),
          userVerification: 'required',
        },
      });
      return {
        credential_id: text(rawId),
        client_data: text(response.clientDataJSON),
        authenticator_data: text(response.authenticatorData),
        signature: text(response.signature),
      };
    };
    const [one, other] = [await refused('One'), await refused('Other')];
    const give = async (to, passkey) => (await call('POST', `/clearances/${to}/second-factor`, { passkey })).status;
    const mixed = await give(other, await passkeyFor(one));
    const own = await give(one, await passkeyFor(one));
    const made = (await call('POST', '/roles', role('One'), { 'Vedette-Clearance': one })).status;
    return { mixed, own, role: made };
  });
  await device.touch(false);
  return outcome;
}
