import { ActionIcon, Button, NativeSelect, Tooltip } from '@mantine/core';
import {
  IconBroadcast,
  IconFocusCentered,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconRewindBackward10,
  IconRewindForward10,
  IconVolume,
  IconVolumeOff,
  IconZoomIn,
  IconZoomOut,
} from '../ui/icons';
import type { ReactNode } from 'react';
import type { Camera } from '../api/client';
import { nowTicks, TICKS_PER_SECOND } from '../media/ticks';
import { formatClock, formatDay } from '../ui/format';
import classes from './CameraPage.module.css';
import { DownloadButton } from './DownloadButton';
import type { CameraPlayer } from './useCameraPlayer';

interface Props {
  camera: Camera;
  player: CameraPlayer;
  position90k: number | undefined;
  muted: boolean;
  following: boolean;
  onMute(): void;
  onLive(): void;
  onStep(ticks: number): void;
  onZoom(factor: number): void;
  onFollow(): void;
}

const SPEEDS = ['0.5', '1', '2', '4'];
const STEP = 10 * TICKS_PER_SECOND;

interface ToolProps {
  label: string;
  testId?: string;
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

export function Controls(props: Props) {
  const { camera, player, position90k, muted, following, onMute, onLive, onStep, onZoom, onFollow } = props;
  const live = player.mode === 'live' && !player.paused;
  const from = position90k ?? nowTicks();
  const audible = camera.streams.some((s) =>
    s.tracks.some((track) => track.codec === 'AAC' || track.codec === 'Opus'),
  );
  return (
    <div className={classes.controls} role="toolbar" aria-label="Playback">
      <div className={classes.group}>
        <Tool label="10 seconds back" onClick={() => onStep(-STEP)}>
          <IconRewindBackward10 size={22} stroke={1.7} />
        </Tool>
        <Tool
          label={player.paused ? 'Play (space)' : 'Pause (space)'}
          onClick={player.togglePause}
          testId="play-pause"
        >
          {player.paused ? <IconPlayerPlayFilled size={22} /> : <IconPlayerPauseFilled size={22} />}
        </Tool>
        <Tool label="10 seconds forward" onClick={() => onStep(STEP)}>
          <IconRewindForward10 size={22} stroke={1.7} />
        </Tool>
        {audible && (
          <Tool label={muted ? 'Sound on (M)' : 'Sound off (M)'} onClick={onMute} testId="mute">
            {muted ? <IconVolumeOff size={21} stroke={1.7} /> : <IconVolume size={21} stroke={1.7} />}
          </Tool>
        )}
      </div>
      <div className={classes.clock} data-testid="picture-time" data-ticks={position90k}>
        {position90k === undefined ? (
          <span className={classes.time}>–</span>
        ) : (
          <>
            <span className={classes.day}>{formatDay(position90k)}</span>
            <span className={classes.time}>{formatClock(position90k)}</span>
          </>
        )}
      </div>
      {live ? (
        <span className={classes.live} data-testid="live-badge">
          <IconBroadcast size={17} aria-hidden="true" /> Live
        </span>
      ) : (
        <Button
          leftSection={<IconBroadcast size={18} />}
          onClick={onLive}
          title="Back to live (L)"
          data-testid="back-to-live"
        >
          Back to live
        </Button>
      )}
      <div className={classes.group} data-side="end">
        {player.mode === 'playback' && (
          <NativeSelect
            aria-label="Speed"
            size="sm"
            w={76}
            value={String(player.speed)}
            data={SPEEDS.map((speed) => ({ value: speed, label: `${speed}×` }))}
            onChange={(event) => player.setSpeed(Number(event.currentTarget.value))}
          />
        )}
        <DownloadButton camera={camera} position90k={from} />
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
    </div>
  );
}
