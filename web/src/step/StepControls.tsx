import { ActionIcon, NativeSelect, Tooltip } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { Interval } from '../api/client';
import { TICKS_PER_SECOND } from '../media/ticks';
import desk from '../playback/CameraPage.module.css';
import { GoTo } from '../playback/GoTo';
import { nextSpeed, SPEEDS } from '../playback/speeds';
import { useTransportKeys } from '../playback/useTransportKeys';
import { formatClock, formatDay } from '../ui/format';
import {
  IconFocusCentered,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconRewindBackward10,
  IconRewindForward10,
  IconZoomIn,
  IconZoomOut,
} from '../ui/icons';
import type { StepClock } from './StepClock';

const STEP = 10 * TICKS_PER_SECOND;

interface Props {
  clock: StepClock;
  position90k: number;
  extent: Interval | null | undefined;
  /** Whether the moment moves: not while somebody waits for media. */
  running: boolean;
  following: boolean;
  onChange(action: () => void): void;
  onSeek(moment90k: number): void;
  onZoom(factor: number): void;
  onFollow(): void;
}

interface ToolProps {
  label: string;
  testId: string;
  onClick(): void;
  children: ReactNode;
}

function Tool({ label, testId, onClick, children }: ToolProps) {
  return (
    <Tooltip label={label} openDelay={400}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={38}
        aria-label={label}
        onClick={onClick}
        data-testid={testId}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** Play, pause, steps and speed, for all cameras at once. */
export function StepControls(props: Props) {
  const { clock, position90k, extent, running, following, onChange, onSeek, onZoom, onFollow } = props;
  const [goToOpened, setGoToOpened] = useState(false);
  const toggle = () => onChange(() => clock.setPlaying(!clock.playing));
  const step = (ticks: number) => onSeek(clock.now90k() + ticks);
  useTransportKeys({
    togglePause: toggle,
    step,
    goTo: () => setGoToOpened(true),
    changeSpeed: (direction) => onChange(() => clock.setSpeed(nextSpeed(clock.speed, direction))),
  });
  return (
    <div className={desk.controls} role="group" aria-label="Playback" data-running={running || undefined}>
      <div className={desk.group}>
        <Tool label="10 seconds back (←)" testId="step-back" onClick={() => step(-STEP)}>
          <IconRewindBackward10 size={22} stroke={1.7} />
        </Tool>
        <Tool
          label={clock.playing ? 'Pause all (space)' : 'Play all (space)'}
          testId="step-play"
          onClick={toggle}
        >
          {clock.playing ? <IconPlayerPauseFilled size={22} /> : <IconPlayerPlayFilled size={22} />}
        </Tool>
        <Tool label="10 seconds forward (→)" testId="step-forward" onClick={() => step(STEP)}>
          <IconRewindForward10 size={22} stroke={1.7} />
        </Tool>
      </div>
      <GoTo
        position90k={position90k}
        extent={extent}
        opened={goToOpened}
        onOpened={setGoToOpened}
        onSeek={onSeek}
      >
        <span className={desk.day}>{formatDay(position90k)}</span>{' '}
        <span className={desk.time}>{formatClock(position90k)}</span>
      </GoTo>
      <div className={desk.group} data-side="end">
        <NativeSelect
          aria-label="Speed"
          size="sm"
          w={80}
          value={String(clock.speed)}
          data={SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}×` }))}
          onChange={(event) => {
            const speed = Number(event.currentTarget.value);
            onChange(() => clock.setSpeed(speed));
          }}
        />
        {!following && (
          <Tool label="Show the moment on the timeline" testId="step-follow" onClick={onFollow}>
            <IconFocusCentered size={21} stroke={1.7} />
          </Tool>
        )}
        <Tool label="Show more time" testId="step-zoom-out" onClick={() => onZoom(2)}>
          <IconZoomOut size={21} stroke={1.7} />
        </Tool>
        <Tool label="Show less time" testId="step-zoom-in" onClick={() => onZoom(0.5)}>
          <IconZoomIn size={21} stroke={1.7} />
        </Tool>
      </div>
    </div>
  );
}
