// The npm package `onvif` as a client: prints what it learns of one camera as JSON.
// usage: onvif_client.mjs HOSTNAME PORT PATH [USERNAME PASSWORD]

import onvif from 'onvif';

const [hostname, port, path, username, password] = process.argv.slice(2);
const call = (camera, method, ...args) =>
  new Promise((resolve, reject) => camera[method](...args, (error, result) => (error ? reject(error) : resolve(result))));

const camera = new onvif.Cam({ hostname, port: Number(port), path, username, password, autoconnect: false, timeout: 30_000 });
try {
  await call(camera, 'connect');
  const streams = [];
  for (const profile of camera.profiles) {
    const { uri } = await call(camera, 'getStreamUri', { protocol: 'RTSP', profileToken: profile.$.token });
    streams.push({ token: profile.$.token, uri });
  }
  const information = await call(camera, 'getDeviceInformation');
  const interfaces = await call(camera, 'getNetworkInterfaces');
  console.log(JSON.stringify({ information, interfaces, streams, media2: Boolean(camera.media2Support), sources: camera.videoSources }));
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
  process.exitCode = 1;
}
