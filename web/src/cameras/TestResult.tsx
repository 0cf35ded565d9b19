import { Stack } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '../ui/icons';
import type { TestReport, Track } from '../api/client';
import { sentence } from '../ui/format';
import { Notice } from '../ui/Notice';
import classes from './TestResult.module.css';

function describe(track: Track): string {
  if (track.width !== undefined) return `${track.codec}, ${track.width} × ${track.height}`;
  if (track.sample_rate_hz !== undefined) return `${track.codec}, ${track.sample_rate_hz / 1000} kHz`;
  return track.codec;
}

interface Props {
  pending: boolean;
  report?: TestReport;
  error?: string;
}

/** What the server found when it tried to connect, stream by stream. */
export function TestResult({ pending, report, error }: Props) {
  return (
    <div aria-live="polite" data-testid="test-report">
      {!pending && error && <Notice>{error}</Notice>}
      {!pending && report && (
        <Stack gap="xs">
          {report.streams.map((stream) => (
            <div key={stream.kind} className={classes.stream} data-ok={stream.ok}>
              {stream.ok ? (
                <IconCircleCheck size={20} aria-label="Works" />
              ) : (
                <IconCircleX size={20} aria-label="Does not work" />
              )}
              <div>
                <strong>{stream.kind === 'main' ? 'Main stream' : 'Sub stream'}</strong>
                <div>{sentence(stream.message)}</div>
                {stream.tracks.length > 0 && (
                  <div className={classes.tracks}>{stream.tracks.map(describe).join(' · ')}</div>
                )}
              </div>
            </div>
          ))}
        </Stack>
      )}
    </div>
  );
}
