// The npm package `onvif` looks after one camera: sets everything, reads it back and prints that as JSON.
// usage: onvif_care.mjs HOSTNAME PORT PATH USERNAME PASSWORD NEW_PASSWORD

import onvif from 'onvif';

const [hostname, port, path, username, password, changed] = process.argv.slice(2);
const camera = new onvif.Cam({ hostname, port: Number(port), path, username, password, autoconnect: false, timeout: 30_000 });
const call = (method, ...args) =>
  new Promise((resolve, reject) => camera[method](...args, (error, result) => (error ? reject(error) : resolve(result))));

try {
  await call('connect');
  const before = await call('getSystemDateAndTime');
  const after = await call('setSystemDateAndTime', { dateTimeType: 'Manual', dateTime: new Date() });
  await call('setNTP', { fromDHCP: false, type: 'DNS', dnsName: 'time.example' });
  const ntp = await call('getNTP');
  await call('setImagingSettings', { brightness: 61, irCutFilter: 'OFF' });
  const imaging = await call('getImagingSettings');
  const snapshot = await call('getSnapshotUri');
  const users = await call('setUsers', [{ username, password: changed, userLevel: 'Administrator' }]);
  const reboot = await call('systemReboot');
  console.log(JSON.stringify({ before, after, ntp, imaging, snapshot, users, reboot }));
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
  process.exitCode = 1;
}
