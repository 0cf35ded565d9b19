// Mail: the server is named and tested, users add addresses, are told what happens to their accounts, and sign in with codes.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { checkAccess } from './support/axe.mjs';
import { acceptInvitation, api, byId, fillSignIn, forgive } from './support/browser.mjs';
import { openHouse } from './support/house.mjs';
import { checkLayout } from './support/layout.mjs';
import { MAIL_PASSWORD, MAIL_USER, SMS_SECRET, codeIn, startMailServer, startSmsServer } from './support/mail.mjs';
import { PASSWORD, delay, folder, freePort, waitFor } from './support/product.mjs';
import { makeSteps } from './support/steps.mjs';

const EVE = { name: 'eve', password: 'nine barrels by the sluice' };
const FROM = 'vedette@example.org';
const NEW_PASSWORD = 'seven herons on the weir';
let house, server, admin, eve, scratch, post, postTls, sms;

before(async () => {
  scratch = await folder();
  [post, postTls] = [await startMailServer(scratch.path, 'starttls'), await startMailServer(scratch.path, 'tls')];
  sms = await startSmsServer(scratch.path);
  house = await openHouse(1);
  ({ server, admin, other: eve } = house);
});

after(async () => {
  await house?.close();
  await post?.stop();
  await postTls?.stop();
  await sms?.stop();
  await scratch?.remove();
});

const step = makeSteps();

async function checkScreen(page, name) {
  await checkAccess(page, name);
  await checkLayout(page, `mail-${name}`);
}

const target = (more = {}) => ({
  host: 'localhost', port: post.port, security: 'starttls', from: FROM, user: MAIL_USER, password: MAIL_PASSWORD,
  ca_pem: post.authority, to: 'admin@example.org', ...more,
});
const tested = async (more) => (await api(admin, 'POST', '/mail/test', target(more))).message;

step('a test says in words what is wrong', async () => {
  assert.match(await tested({ password: 'wrong' }), /refuses the user name or the password: 535/);
  assert.match(await tested({ ca_pem: postTls.authority }), /certificate/i);
  assert.match(await tested({ to: 'nobody@example.org' }), /takes no mail for nobody@example\.org: 550/);
  assert.match(await tested({ port: await freePort() }), /refused the connection/);
  assert.match(await tested({ user: '', password: undefined }), /takes no mail from vedette@example\.org: 530/);
  assert.equal(post.inbox.length, 0);
  assert.match(await tested({ port: postTls.port, security: 'tls', ca_pem: postTls.authority }), /has taken a test message/);
  assert.equal((await postTls.take(({ to }) => to[0] === 'admin@example.org')).from, FROM);
});

step('an administrator names the mail server', async () => {
  await byId(admin, 'nav-people').click();
  await byId(admin, 'people-rules').click();
  await byId(admin, 'mail-change').click();
  await byId(admin, 'mail-host').fill('localhost');
  await byId(admin, 'mail-port').fill(String(post.port));
  await byId(admin, 'mail-from').fill(FROM);
  await byId(admin, 'mail-user').fill(MAIL_USER);
  await byId(admin, 'mail-password').fill('not this one');
  await byId(admin, 'mail-ca').fill(post.authority);
  await byId(admin, 'mail-to').fill('admin@example.org');
  await byId(admin, 'mail-test').click();
  await byId(admin, 'mail-test-result').getByText('refuses the user name or the password').waitFor();
  await byId(admin, 'mail-password').fill(MAIL_PASSWORD);
  await byId(admin, 'mail-test').click();
  await byId(admin, 'mail-test-result').getByText('has taken a test message').waitFor();
  await checkScreen(admin, 'server');
  const { subject, tls, user } = await post.take(() => true);
  assert.deepEqual([subject, tls, user], ['Vedette: a test message', true, MAIL_USER]);
  await byId(admin, 'mail-save').click();
  await byId(admin, 'mail-state').getByText(`localhost, as ${FROM}`).waitFor();
  const { server: named } = await api(admin, 'GET', '/mail');
  assert.equal(named.has_password, true);
  assert.equal(JSON.stringify(named).includes(MAIL_PASSWORD), false);
  // The password that is kept goes to this server alone.
  assert.match(await tested({ password: undefined }), /has taken/);
  await post.take(() => true);
  const elsewhere = await admin.evaluate(
    async (body) => (await fetch('/api/v1/mail/test', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })).json(),
    JSON.stringify(target({ password: undefined, port: postTls.port })),
  );
  assert.equal(elsewhere.field, 'password');
  forgive(admin, 400);
});

step('codes by mail become a second factor', async () => {
  await byId(admin, 'mail-codes').check();
  await byId(admin, 'rules-save').click();
  await byId(admin, 'rules-form').getByText('Saved.').waitFor();
  await checkScreen(admin, 'rules');
});

step('a user adds her address, with the code that came there', async () => {
  const { roles } = await api(admin, 'GET', '/roles');
  const { invitation } = await api(admin, 'POST', '/users', {
    name: EVE.name,
    assignments: [{ role_id: roles.find(({ name }) => name === 'Operator').id, scope: 'organisation' }],
  });
  await acceptInvitation(eve, server, EVE, invitation.code);
  await byId(eve, 'account-menu').waitFor();
  await eve.goto(`${server.url}/account`);
  await byId(eve, 'mail-address-add').click();
  await byId(eve, 'mail-address').fill('eve@example.org');
  await byId(eve, 'mail-address-password').fill(EVE.password);
  await byId(eve, 'mail-address-submit').click();
  await byId(eve, 'mail-confirm-form').waitFor();
  await checkScreen(eve, 'confirm');
  const mail = await post.take(({ to }) => to[0] === 'eve@example.org');
  assert.match(mail.text, /your code that shows that this address is yours/);
  await byId(eve, 'mail-confirm-code').fill(codeIn(mail));
  await eve.keyboard.press('Enter');
  await byId(eve, 'mail-address-state').getByText('eve@example.org').waitFor();
  await checkScreen(eve, 'account');
  assert.match((await post.take(({ to }) => to[0] === 'eve@example.org')).text, /was added to your account/);
});

step('sign-in sends a code there, which is good once', async () => {
  await api(eve, 'DELETE', '/session');
  await eve.goto(server.url);
  await fillSignIn(eve, EVE);
  await byId(eve, 'second-factor-send').click();
  await byId(eve, 'second-factor-code').waitFor();
  await checkScreen(eve, 'sign-in');
  const mail = await post.take(({ subject }) => subject === 'Vedette: your code');
  assert.match(mail.text, /your code to sign in/);
  await byId(eve, 'second-factor-code').fill('0000 0000 1');
  await byId(eve, 'second-factor-submit').click();
  await byId(eve, 'second-factor-form').getByText('This is not the code that was sent last').waitFor();
  forgive(eve, 403);
  await byId(eve, 'second-factor-code').fill(codeIn(mail));
  await byId(eve, 'second-factor-submit').click();
  await byId(eve, 'account-menu').waitFor();
});

step('she is told when her password changes', async () => {
  await eve.goto(`${server.url}/account`);
  await byId(eve, 'old-password').fill(EVE.password);
  await byId(eve, 'new-password').fill(NEW_PASSWORD);
  await byId(eve, 'change-password').click();
  const mail = await post.take(({ to }) => to[0] === 'eve@example.org');
  assert.equal(mail.subject, 'Vedette: your account was changed');
  assert.match(mail.text, /Hello eve,[\s\S]*The password of your account was changed\.[\s\S]*From: 127\.0\.0\.1/);
});

step('short messages go by an HTTPS address', async () => {
  const say = async (more) => {
    const body = { url: sms.url, secret: SMS_SECRET, ca_pem: sms.authority, to: '+49 151 234567', ...more };
    return (await api(admin, 'POST', '/sms/test', body)).message;
  };
  assert.match(await say({ secret: 'wrong' }), /does not take the message: 401 who are you\?/);
  assert.match(await say({ ca_pem: post.authority }), /certificate/i);
  assert.equal(sms.inbox.length, 0);
  await byId(admin, 'sms-change').click();
  await byId(admin, 'sms-url').fill(sms.url);
  await byId(admin, 'sms-secret').fill(SMS_SECRET);
  await byId(admin, 'sms-ca').fill(sms.authority);
  await byId(admin, 'sms-to').fill('+49 151 234567');
  await byId(admin, 'sms-test').click();
  await byId(admin, 'sms-test-result').getByText('has taken a test message for +49151234567').waitFor();
  await checkScreen(admin, 'sms');
  assert.equal((await sms.take(() => true)).to, '+49151234567');
  await byId(admin, 'sms-save').click();
  await byId(admin, 'sms-state').getByText('localhost:').waitFor();
  const { webhook } = await api(admin, 'GET', '/sms');
  assert.equal(webhook.has_secret, true);
  assert.equal(JSON.stringify(webhook).includes(SMS_SECRET), false);
});

step('she has messages come to her telephone instead, which takes a code of before', async () => {
  await eve.goto(`${server.url}/account`);
  await byId(eve, 'mail-address-add').click();
  await byId(eve, 'mail-address').fill('+49 (151) 9876543');
  await byId(eve, 'mail-address-password').fill(NEW_PASSWORD);
  await byId(eve, 'mail-address-send').click();
  const proof = await post.take(({ subject }) => subject === 'Vedette: your code');
  assert.match(proof.text, /your code to change your account/);
  await byId(eve, 'mail-address-code').fill(codeIn(proof));
  await checkScreen(eve, 'number');
  // Three were sent at once by then: one more goes each minute, and the code that proves it is her is not lost to that.
  await waitFor('the code to be sent', async () => {
    if (await byId(eve, 'mail-confirm-code').isVisible()) return true;
    if (await byId(eve, 'mail-address-submit').isEnabled()) await byId(eve, 'mail-address-submit').click();
    await delay(1_000);
    return false;
  }, 150);
  forgive(eve, 429);
  await byId(eve, 'mail-confirm-code').fill(codeIn(await sms.take(({ to }) => to === '+491519876543')));
  await eve.keyboard.press('Enter');
  await byId(eve, 'mail-address-state').getByText('+491519876543').waitFor();
  assert.match((await post.take(({ to }) => to[0] === 'eve@example.org')).text, /this one is not used any more/);
  assert.match((await sms.take(() => true)).text, /^Vedette, eve: This address was added/);
  await api(eve, 'DELETE', '/session');
  await eve.goto(server.url);
  await fillSignIn(eve, { name: EVE.name, password: NEW_PASSWORD });
  // Three were sent at once by then: one more goes each minute.
  await waitFor('the code to be sent', async () => {
    if (await byId(eve, 'second-factor-send').isEnabled()) await byId(eve, 'second-factor-send').click();
    await delay(1_000);
    return sms.inbox.some(({ text }) => /your code to sign in/.test(text));
  }, 150);
  forgive(eve, 429);
  await byId(eve, 'second-factor-code').fill(codeIn(await sms.take(({ text }) => /your code to sign in/.test(text))));
  await byId(eve, 'second-factor-submit').click();
  await byId(eve, 'account-menu').waitFor();
});

step('administrators are told when a sealed envelope is opened', async () => {
  // They come from the same address, which may send one message each minute by now.
  await waitFor('the code to be sent', async () => {
    try {
      await api(admin, 'POST', '/account/mail', { address: 'admin@example.org', password: PASSWORD });
      return true;
    } catch (error) {
      if (!/: 429 /.test(error.message)) throw error;
      await delay(5_000);
      return false;
    }
  }, 150);
  forgive(admin, 429);
  const code = codeIn(await post.take(({ to }) => to[0] === 'admin@example.org'));
  await api(admin, 'POST', '/account/mail/confirm', { code });
  await post.take(({ to }) => to[0] === 'admin@example.org');
  const { code: envelope } = await api(admin, 'POST', '/break-glass', { name: 'emergency' });
  await api(eve, 'POST', '/session/break-glass', { code: envelope });
  const alarm = await post.take(({ to }) => to[0] === 'admin@example.org');
  assert.equal(alarm.subject, 'Vedette: a break-glass account was opened');
  assert.match(alarm.text, /of the break-glass account emergency was opened/);
});
