import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Camera, Stream, Track } from '../../api/client';
import { resolutionOf, shortFingerprint, STATE_WORDS, streamOf } from '../../cameras/state';
import { formatBitrate, formatMoment, formatRate } from '../../ui/format';
import classes from './Facts.module.css';
import type { PanelProps } from './panel';

const TRANSPORTS: Record<Stream['transport'], string> = {
  '': '–',
  tls: 'RTSPS, encrypted',
  srtp: 'SRTP over UDP, encrypted',
  https: 'RTSP through HTTPS, encrypted',
  tcp: 'RTSP over TCP',
  udp: 'RTSP over UDP',
  multicast: 'RTSP, multicast',
  http: 'RTSP through HTTP',
};

interface FactProps {
  name: string;
  children: ReactNode;
}

function Fact({ name, children }: FactProps) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function describe(track: Track): string {
  if (track.sample_rate_hz !== undefined) return `${track.codec}, ${track.sample_rate_hz / 1000} kHz`;
  return track.codec;
}

function certificateOf({ certificate }: Stream): string | undefined {
  if (!certificate) return undefined;
  const key = certificate.fingerprint && `key ${shortFingerprint(certificate.fingerprint)}…`;
  return [certificate.authorised ? 'Vouched for by an authority' : 'Pinned at first use', key]
    .filter(Boolean)
    .join(', ');
}

function StreamFacts({
  title,
  address,
  stream,
}: {
  title: string;
  address: string | undefined;
  stream: Stream;
}) {
  const certificate = certificateOf(stream);
  return (
    <section>
      <h2 className={classes.heading}>{title}</h2>
      <dl className={classes.facts}>
        <Fact name="State">
          {STATE_WORDS[stream.state]}
          {stream.since_90k > 0 && ` since ${formatMoment(stream.since_90k)}`}
        </Fact>
        <Fact name="Picture">
          {resolutionOf(stream)} · {formatRate(stream.frames_per_second)}
        </Fact>
        <Fact name="Rate">{formatBitrate(stream.bits_per_second)}</Fact>
        <Fact name="Codecs">{stream.tracks.map(describe).join(' · ') || '–'}</Fact>
        <Fact name="Transport">{TRANSPORTS[stream.transport]}</Fact>
        {certificate && <Fact name="Certificate">{certificate}</Fact>}
        {stream.lost_packets > 0 && <Fact name="Lost packets">{stream.lost_packets.toLocaleString()}</Fact>}
        {address && (
          <Fact name="Address">
            <span className={classes.address}>{address}</span>
          </Fact>
        )}
      </dl>
    </section>
  );
}

function DeviceFacts({ device }: { device: NonNullable<Camera['device']> }) {
  const facts = [
    ['Maker', device.manufacturer],
    ['Model', device.model],
    ['Firmware', device.firmware],
    ['Serial number', device.serial],
    ['Services', device.services?.join(', ')],
    ['Asked', device.checked_90k ? formatMoment(device.checked_90k) : ''],
  ].filter((fact): fact is [string, string] => Boolean(fact[1]));
  if (facts.length === 0) return null;
  return (
    <section>
      <h2 className={classes.heading}>Device</h2>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function StorageFacts({ camera }: { camera: Camera }) {
  return (
    <section>
      <h2 className={classes.heading}>Recordings</h2>
      <dl className={classes.facts}>
        <Fact name="Encryption">
          <span data-testid="details-encryption">
            {camera.encryption === 'light'
              ? 'Light (partial): parts of the picture data lie unencrypted on disk'
              : 'Full'}
          </span>
        </Fact>
      </dl>
    </section>
  );
}

/** What is known of a camera and its streams. */
export function DetailsPanel({ camera }: PanelProps) {
  return (
    <Stack gap="lg">
      {camera.streams.map((stream) => (
        <StreamFacts
          key={stream.kind}
          title={stream.kind === 'main' ? 'Main stream' : 'Sub stream'}
          address={stream.kind === 'main' ? camera.main_url : camera.sub_url}
          stream={stream}
        />
      ))}
      <StorageFacts camera={camera} />
      {camera.device && <DeviceFacts device={camera.device} />}
      {!streamOf(camera, 'sub') && (
        <Text size="sm" c="dimmed">
          This camera has no sub stream: the live wall shows its main stream, which costs more of the network
          and of the computer that watches.
        </Text>
      )}
    </Stack>
  );
}
