// The npm package `onvif` as a client that uses a camera: moves it, keeps and recalls a preset, switches a relay, and listens to events.
// Prints what it saw as JSON.
// usage: onvif_control.mjs HOSTNAME PORT PATH [USERNAME PASSWORD]

import onvif from 'onvif';

const [hostname, port, path, username, password] = process.argv.slice(2);
const call = (camera, method, ...args) =>
  new Promise((resolve, reject) => camera[method](...args, (error, result) => (error ? reject(error) : resolve(result))));
const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const camera = new onvif.Cam({ hostname, port: Number(port), path, username, password, autoconnect: false, timeout: 30_000 });

/** The package has no call for relays; its envelope and its way to sign in are used all the same. */
const device = (body) =>
  new Promise((resolve, reject) =>
    camera._request({ service: 'device', body: camera._envelopeHeader() + body + camera._envelopeFooter() }, (error, data) =>
      error ? reject(error) : resolve(data),
    ),
  );
const DEVICE = 'xmlns="http://www.onvif.org/ver10/device/wsdl"';

const topics = new Map();
const heard = (message) => {
  const data = message.message.message.data?.simpleItem?.$;
  topics.set(message.topic._ ?? message.topic, data?.Value);
};

try {
  await call(camera, 'connect');
  const seen = {};
  seen.start = (await call(camera, 'getStatus', {})).position;
  await call(camera, 'continuousMove', { x: 1, y: -1, zoom: 0.5 });
  await delay(1000);
  seen.moving = (await call(camera, 'getStatus', {})).moveStatus;
  await call(camera, 'stop', { panTilt: true, zoom: true });
  seen.moved = (await call(camera, 'getStatus', {})).position;
  await delay(500);
  seen.stopped = (await call(camera, 'getStatus', {})).position;
  seen.preset = await call(camera, 'setPreset', { presetName: 'Gate' });
  await call(camera, 'absoluteMove', { x: -0.5, y: 0.25, zoom: 0 });
  await call(camera, 'relativeMove', { x: 0.125, y: 0, zoom: 0 });
  seen.placed = (await call(camera, 'getStatus', {})).position;
  seen.presets = await call(camera, 'getPresets', {});
  const [token] = Object.values(seen.presets).map((preset) => preset.$.token);
  await call(camera, 'gotoPreset', { preset: token });
  seen.recalled = (await call(camera, 'getStatus', {})).position;
  await call(camera, 'removePreset', { presetToken: token });
  seen.left = await call(camera, 'getPresets', {});

  camera.on('event', heard);
  for (let i = 0; i < 100 && !topics.has('tns1:Device/Trigger/Relay'); ++i) await delay(100);
  seen.initial = Object.fromEntries(topics);
  topics.clear();
  seen.relays = JSON.stringify(await device(`<GetRelayOutputs ${DEVICE}/>`)).match(/relay\d/g);
  await device(
    `<SetRelayOutputState ${DEVICE}><RelayOutputToken>relay1</RelayOutputToken><LogicalState>active</LogicalState></SetRelayOutputState>`,
  );
  for (let i = 0; i < 150 && !topics.has('tns1:Device/Trigger/DigitalInput'); ++i) await delay(100);
  seen.followed = Object.fromEntries(topics);
  camera.removeListener('event', heard);
  console.log(JSON.stringify(seen));
  process.exit(0);
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
  process.exit(1);
}
