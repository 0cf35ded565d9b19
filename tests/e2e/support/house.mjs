// A demonstration with its administrator, and a browser with a page for her and one for somebody else.

import assert from 'node:assert/strict';
import { api, claim, openPage, startBrowser } from './browser.mjs';
import { folder, freePort, startServer, waitFor } from './product.mjs';

/** `close` ends all of it, and expects the server to have ended well. */
export async function openHouse(cameraCount) {
  const scratch = await folder();
  let server, browser;
  const close = async () => {
    await browser?.close();
    const ended = await server?.stop();
    await scratch.remove();
    if (server) assert.equal(ended, 0, `vedette did not end well:\n${server.output()}`);
  };
  try {
    server = await startServer('demo', `${scratch.path}/data`, {
      more: ['--camera-port', await freePort(), '--cameras', cameraCount],
    });
    browser = await startBrowser(`${scratch.path}/home`, server.authority);
    const [admin, other] = [await openPage(browser), await openPage(browser)];
    await claim(admin, server);
    const cameras = await waitFor('the cameras', async () => {
      const list = (await api(admin, 'GET', '/cameras')).cameras;
      return list.length === cameraCount && list;
    });
    return { server, browser, admin, other, cameras, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}
