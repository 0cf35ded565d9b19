import { ActionIcon, NativeSelect, Popover, Text, Tooltip } from '@mantine/core';
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
import { may } from '../session/rights';
import { formatClock, formatDay } from '../ui/format';
import classes from './CameraPage.module.css';
import { DownloadButton } from './DownloadButton';
import { GoTo } from './GoTo';
import { LiveButton } from './LiveButton';
import { SPEEDS } from './speeds';
import type { Allowed, CameraPlayer } from './useCameraPlayer';

interface Props {
  camera: Camera;
  player: CameraPlayer;
  allowed: Allowed;
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

export function hasSound(camera: Camera): boolean {
  return camera.streams.some((stream) =>
    stream.tracks.some((track) => track.codec === 'AAC' || track.codec === 'Opus'),
  );
}

/** There is sound, and this user does not get it. */
function NoSound() {
  const why = 'No sound: your account may not hear this camera.';
  return (
    <Popover position="top" withArrow shadow="md" withinPortal={false}>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={38}
          aria-label={why}
          title={why}
          data-testid="no-sound"
        >
          <IconVolumeOff size={21} stroke={1.7} opacity={0.45} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" maw={240}>
          {why} An administrator can give you the right to.
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}

function SoundTool({ camera, muted, onMute }: Pick<Props, 'camera' | 'muted' | 'onMute'>) {
  if (!hasSound(camera)) return null;
  if (!may(camera, 'hear')) return <NoSound />;
  return (
    <Tool label={muted ? 'Sound on (M)' : 'Sound off (M)'} onClick={onMute} testId="mute">
      {muted ? <IconVolumeOff size={21} stroke={1.7} /> : <IconVolume size={21} stroke={1.7} />}
    </Tool>
  );
}

/** Play, pause, steps and sound. */
function Transport({ player, onStep, onStepFrame, ...props }: Props) {
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
      <SoundTool {...props} />
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
  const { camera, player, position90k } = props;
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
      {may(camera, 'export_recordings') && (
        <DownloadButton camera={camera} position90k={position90k ?? nowTicks()} />
      )}
      {props.allowed.playback && <TimelineTools {...props} />}
    </div>
  );
}

function TimelineTools({ following, onZoom, onFollow }: Props) {
  return (
    <>
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
    </>
  );
}

function Clock({ position90k }: Pick<Props, 'position90k'>) {
  if (position90k === undefined) return <span className={classes.time}>–</span>;
  return (
    <>
      <span className={classes.day}>{formatDay(position90k)}</span>{' '}
      <span className={classes.time}>{formatClock(position90k)}</span>
    </>
  );
}

export function Controls(props: Props) {
  const { player, allowed, position90k, now90k, extent, goToOpened, onGoTo, onSeek, onLive } = props;
  const live = player.mode === 'live' && !player.paused;
  return (
    <div className={classes.controls} role="group" aria-label="Playback">
      {allowed.playback ? (
        <Transport {...props} />
      ) : (
        <div className={classes.group}>
          <SoundTool {...props} />
        </div>
      )}
      {allowed.playback ? (
        <GoTo position90k={position90k} extent={extent} opened={goToOpened} onOpened={onGoTo} onSeek={onSeek}>
          <Clock position90k={position90k} />
        </GoTo>
      ) : (
        <span className={classes.clock} data-testid="picture-time">
          <Clock position90k={position90k} />
        </span>
      )}
      {allowed.live && (
        <LiveButton live={live} behind90k={position90k && now90k - position90k} onLive={onLive} />
      )}
      <Tools {...props} />
    </div>
  );
}
