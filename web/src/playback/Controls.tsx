import { ActionIcon, NativeSelect, Tooltip } from '@mantine/core';
import {
  IconFocusCentered,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipForward,
  IconPlayerSkipBack,
  IconRewindBackward10,
  IconRewindForward10,
  IconVolume,
  IconVolumeOff,
  IconZoomIn,
  IconZoomOut,
} from '../ui/icons';
import type { ReactNode } from 'react';
import type { Camera, Interval } from '../api/client';
import { nowTicks, TICKS_PER_SECOND } from '../media/ticks';
import { formatClock, formatDay } from '../ui/format';
import classes from './CameraPage.module.css';
import { DownloadButton } from './DownloadButton';
import { GoTo } from './GoTo';
import { LiveButton } from './LiveButton';
import { SPEEDS } from './speeds';
import type { CameraPlayer } from './useCameraPlayer';

interface Props {
  camera: Camera;
  player: CameraPlayer;
  position90k: number | undefined;
  now90k: number;
  extent: Interval | null | undefined;
  muted: boolean;
  following: boolean;
  goToOpened: boolean;
  onGoTo(opened: boolean): void;
  onMute(): void;
  onLive(): void;
  onSeek(moment90k: number): void;
  onStep(ticks: number): void;
  onStepFrame(direction: number): void;
  onZoom(factor: number): void;
  onFollow(): void;
}

const STEP = 10 * TICKS_PER_SECOND;

interface ToolProps {
  label: string;
  testId?: string;
  onClick(): void;
  children: ReactNode;
}

function Tool({ label, testId, onClick, children }: ToolProps) {
  return (
    <Tooltip label={label} openDelay={400} withinPortal={false}>
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

function hasSound(camera: Camera): boolean {
  return camera.streams.some((stream) =>
    stream.tracks.some((track) => track.codec === 'AAC' || track.codec === 'Opus'),
  );
}

/** Play, pause, steps and sound. */
function Transport({ camera, player, muted, onMute, onStep, onStepFrame }: Props) {
  return (
    <div className={classes.group}>
      <Tool label="10 seconds back (←)" onClick={() => onStep(-STEP)}>
        <IconRewindBackward10 size={22} stroke={1.7} />
      </Tool>
      <Tool
        label={player.paused ? 'Play (space)' : 'Pause (space)'}
        onClick={player.togglePause}
        testId="play-pause"
      >
        {player.paused ? <IconPlayerPlayFilled size={22} /> : <IconPlayerPauseFilled size={22} />}
      </Tool>
      <Tool label="10 seconds forward (→)" onClick={() => onStep(STEP)}>
        <IconRewindForward10 size={22} stroke={1.7} />
      </Tool>
      {hasSound(camera) && (
        <Tool label={muted ? 'Sound on (M)' : 'Sound off (M)'} onClick={onMute} testId="mute">
          {muted ? <IconVolumeOff size={21} stroke={1.7} /> : <IconVolume size={21} stroke={1.7} />}
        </Tool>
      )}
      {/* Last, so that the others stay under the finger that paused. */}
      {player.paused && (
        <Tool label="One frame back (,)" onClick={() => onStepFrame(-1)} testId="frame-back">
          <IconPlayerSkipBack size={20} stroke={1.7} />
        </Tool>
      )}
      {player.paused && (
        <Tool label="One frame forward (.)" onClick={() => onStepFrame(1)} testId="frame-forward">
          <IconPlayerSkipForward size={20} stroke={1.7} />
        </Tool>
      )}
    </div>
  );
}

/** What concerns the timeline and the recording: speed, download, zoom. */
function Tools(props: Props) {
  const { camera, player, position90k, following, onZoom, onFollow } = props;
  return (
    <div className={classes.group} data-side="end">
      {player.mode === 'playback' && (
        <NativeSelect
          aria-label="Speed"
          size="sm"
          w={80}
          value={String(player.speed)}
          data={SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}×` }))}
          onChange={(event) => player.setSpeed(Number(event.currentTarget.value))}
        />
      )}
      <DownloadButton camera={camera} position90k={position90k ?? nowTicks()} />
      {!following && (
        <Tool label="Show the picture’s moment on the timeline" onClick={onFollow} testId="follow">
          <IconFocusCentered size={21} stroke={1.7} />
        </Tool>
      )}
      <Tool label="Show more time" onClick={() => onZoom(2)} testId="zoom-out">
        <IconZoomOut size={21} stroke={1.7} />
      </Tool>
      <Tool label="Show less time" onClick={() => onZoom(0.5)} testId="zoom-in">
        <IconZoomIn size={21} stroke={1.7} />
      </Tool>
    </div>
  );
}

export function Controls(props: Props) {
  const { player, position90k, now90k, extent, goToOpened, onGoTo, onSeek, onLive } = props;
  const live = player.mode === 'live' && !player.paused;
  return (
    <div className={classes.controls} role="group" aria-label="Playback">
      <Transport {...props} />
      <GoTo position90k={position90k} extent={extent} opened={goToOpened} onOpened={onGoTo} onSeek={onSeek}>
        {position90k === undefined ? (
          <span className={classes.time}>–</span>
        ) : (
          <>
            <span className={classes.day}>{formatDay(position90k)}</span>{' '}
            <span className={classes.time}>{formatClock(position90k)}</span>
          </>
        )}
      </GoTo>
      <LiveButton live={live} behind90k={position90k && now90k - position90k} onLive={onLive} />
      <Tools {...props} />
    </div>
  );
}
