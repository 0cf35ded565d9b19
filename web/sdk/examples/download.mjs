// Lists the cameras that the token's user and scope let it see, and downloads the last seconds that one of them recorded.
//
//   VEDETTE_URL=https://vedette.example:8443 VEDETTE_TOKEN=vdt_... node download.mjs [CAMERA [SECONDS [FILE]]]
//
// The token needs "Play recordings" or "Download recordings" to look, and "Download recordings" to download. Where the
// server's certificate is of its own authority: NODE_EXTRA_CA_CERTS=DIR/hub/ca.pem.

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createVedetteClient, dataOf, TICKS_PER_SECOND, VedetteError } from 'vedette-client';

const [name, seconds = '10', file = 'recording.mp4'] = process.argv.slice(2);
const { VEDETTE_URL: url = 'https://localhost:8443', VEDETTE_TOKEN: token } = process.env;

async function main() {
  if (!token) throw new Error('Set VEDETTE_TOKEN to an API token; Your account makes one.');
  const client = createVedetteClient({ url, token });

  const { cameras } = await dataOf(client.GET('/api/v1/cameras'));
  for (const camera of cameras)
    console.log(`${camera.id}  ${camera.name}  (may: ${camera.rights.join(', ')})`);
  const camera = name ? cameras.find((one) => one.name === name || one.id === name) : cameras[0];
  if (!camera) throw new Error(name ? `There is no camera ${name}` : 'There are no cameras');

  const path = { camera_id: camera.id };
  const all = { start_90k: 0, end_90k: 4_000_000_000_000_000 };
  const { extent } = await dataOf(
    client.GET('/api/v1/cameras/{camera_id}/recordings', { params: { path, query: all } }),
  );
  if (!extent) throw new Error(`Nothing is recorded of ${camera.name}`);

  const query = {
    start_90k: Math.max(0, extent.end_90k - Number(seconds) * TICKS_PER_SECOND),
    end_90k: extent.end_90k,
  };
  const media = client.GET('/api/v1/cameras/{camera_id}/recordings/media', {
    params: { path, query },
    parseAs: 'stream',
  });
  await pipeline(Readable.fromWeb(await dataOf(media)), createWriteStream(file));
  console.log(`Wrote ${file}`);
}

try {
  await main();
} catch (error) {
  const cause =
    error instanceof VedetteError && error.cause
      ? ` (${error.cause.cause?.message ?? error.cause.message})`
      : '';
  console.error(`${error.message}${cause}`);
  process.exitCode = 1;
}
