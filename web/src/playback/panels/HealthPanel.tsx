import { Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { StateChange, Stream } from '../../api/client';
import { statesQuery } from '../../api/queries';
import { cameraTroubles, clockWords, driftWords, keyFrameWords } from '../../cameras/health';
import { AUTHENTICITY_WORDS, countedSignatures } from '../../cameras/signature';
import { SigningKeyWarning } from '../../cameras/SigningKeyWarning';
import { StateBadge } from '../../cameras/StateBadge';
import { nowTicks } from '../../media/ticks';
import { may } from '../../session/rights';
import { modesOf, planWords, rollWords } from '../../recording/plan';
import { formatBitrate, formatClock, formatDay, formatRate, formatSpan, sentence } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import facts from './Facts.module.css';
import classes from './HealthPanel.module.css';
import type { PanelProps } from './panel';

function Figure({ name, children, title }: { name: string; children: ReactNode; title?: string }) {
  return (
    <div className={classes.figure} title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const count = (value: number) => value.toLocaleString();

function lastPicture(stream: Stream): string {
  const at = stream.health.last_picture_90k;
  if (at === null) return 'none yet';
  if (stream.state === 'recording') return formatClock(at);
  return `${formatSpan(at, nowTicks())} ago`;
}

function StreamHealth({ stream }: { stream: Stream }) {
  const { health } = stream;
  const unknown = stream.state === 'recording' ? undefined : '–';
  return (
    <section>
      <h2 className={facts.heading}>{stream.kind === 'main' ? 'Main stream' : 'Sub stream'}</h2>
      <dl className={classes.figures} data-testid={`health-${stream.kind}`}>
        <Figure name="Last picture">{lastPicture(stream)}</Figure>
        <Figure name="Pictures">{formatRate(stream.frames_per_second)}</Figure>
        <Figure name="Rate">{formatBitrate(stream.bits_per_second)}</Figure>
        <Figure name="Key frame">
          {health.key_frame_interval_seconds === null
            ? '–'
            : keyFrameWords(health.key_frame_interval_seconds)}
        </Figure>
        <Figure name="Its clock" title="The camera's wall clock against the gateway's">
          {health.clock_offset_seconds === null
            ? (unknown ?? 'not told')
            : clockWords(health.clock_offset_seconds)}
        </Figure>
        <Figure name="Drift" title="The camera's picture clock against the gateway's">
          {health.clock_drift_ppm === null
            ? (unknown ?? 'being measured')
            : driftWords(health.clock_drift_ppm)}
        </Figure>
        <Figure name="Lost packets">{count(stream.lost_packets)}</Figure>
        <Figure name="Reordered">{count(stream.reordered_packets)}</Figure>
        {stream.transport === 'srtp' && (
          <Figure name="Refused packets" title="Forged, damaged, or seen before">
            {count(health.refused_packets)}
          </Figure>
        )}
        <Figure name="Damaged pictures">{count(health.damaged_pictures)}</Figure>
        {stream.signature && (
          <Figure
            name="Its signature"
            title={`By the camera over its own video: ${countedSignatures(stream.signature) || 'nothing yet'}`}
          >
            {AUTHENTICITY_WORDS[stream.signature.last]}
          </Figure>
        )}
        <Figure name="Reconnects">{count(health.reconnects)}</Figure>
      </dl>
    </section>
  );
}

const MOST = 30;

function Change({ change, several }: { change: StateChange; several: boolean }) {
  return (
    <li className={classes.change}>
      <span className={classes.moment}>
        {formatDay(change.at_90k)}, {formatClock(change.at_90k)}
      </span>
      <span className={classes.became}>
        <StateBadge state={change.state} />
        {several && <span className={facts.why}>{change.stream}</span>}
      </span>
      {change.reason && <span className={classes.reason}>{sentence(change.reason)}</span>}
    </li>
  );
}

function History({ cameraId, several }: { cameraId: string; several: boolean }) {
  const { data, error } = useQuery(statesQuery(cameraId));
  if (!data && error) return <Notice>{error.message}</Notice>;
  if (!data) return <Skeleton height={80} radius="md" />;
  return (
    <ol className={classes.changes} data-testid="state-history">
      {data.changes.slice(0, MOST).map((change) => (
        <Change key={`${change.stream} ${change.at_90k} ${change.state}`} change={change} several={several} />
      ))}
    </ol>
  );
}

/** What its plan does with it now, and what it has for the week. */
function PlanNow({ camera }: { camera: PanelProps['camera'] }) {
  const modes = modesOf(camera.recording);
  return (
    <section data-testid="health-plan">
      <h2 className={facts.heading}>Recording plan</h2>
      <p className={facts.plan}>{planWords(modes)}.</p>
      {modes.includes('on_event') && <p className={facts.plan}>On event: {rollWords(camera.recording)}.</p>}
      {camera.recording_now.message && !camera.recording_now.trouble && (
        <p className={facts.plan} data-testid="health-plan-now">
          {camera.recording_now.message}
        </p>
      )}
    </section>
  );
}

/** How well a camera does, and how it did: its figures in plain words, then the last changes of its state. */
export function HealthPanel({ camera }: PanelProps) {
  return (
    <Stack gap="lg">
      {cameraTroubles(camera).map((trouble) => (
        <p key={trouble} className={classes.trouble}>
          {trouble}
        </p>
      ))}
      {may(camera, 'configure_cameras') && <SigningKeyWarning camera={camera} />}
      <PlanNow camera={camera} />
      {camera.streams.map((stream) => (
        <StreamHealth key={stream.kind} stream={stream} />
      ))}
      <Text size="xs" c="dimmed">
        Counted since the gateway’s start.
      </Text>
      <section>
        <h2 className={facts.heading}>What happened</h2>
        <History cameraId={camera.id} several={camera.streams.length > 1} />
      </section>
    </Stack>
  );
}
