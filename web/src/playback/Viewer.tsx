import { ActionIcon } from '@mantine/core';
import { useQuery, keepPreviousData } from '@tanstack/react-query';
import { useFullscreen, useIdle } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { Camera } from '../api/client';
import { recordingsQuery } from '../api/queries';
import { isAway, mainState, mayBeDevice, reasonOf, STATE_WORDS } from '../cameras/state';
import { eventsQuery } from '../events/queries';
import { PictureState } from '../live/PictureState';
import { nowTicks, TICKS_PER_SECOND } from '../media/ticks';
import { may } from '../session/rights';
import { questionOf } from '../timeline/scale';
import { Timeline } from '../timeline/Timeline';
import { IconMaximize, IconMinimize } from '../ui/icons';
import { Notice } from '../ui/Notice';
import classes from './CameraPage.module.css';
import { Controls } from './Controls';
import type { PanelProps } from './panels/panel';
import { SidePanel } from './panels/SidePanel';
import type { Panels } from './panels/usePanels';
import { nextSpeed } from './speeds';
import { useCameraPlayer } from './useCameraPlayer';
import { useFrameTime } from './useFrameTime';
import { momentOf, usePlace } from './usePlace';
import { useTimelineView } from './useTimelineView';
import { useViewerKeys } from './useViewerKeys';

const CLOCK_MS = 250;
/** On the full screen the controls go away when nothing was moved for this long. */
const IDLE_MS = 3_000;
const USUAL_FRAME_SECONDS = 1 / 25;

/** Picture, controls, timeline and panels of one camera. */
export function Viewer({ camera, panels }: { camera: Camera; panels: Panels }) {
  const [parameters] = useSearchParams();
  const allowed = { live: may(camera, 'see_live'), playback: may(camera, 'play_back') };
  const player = useCameraPlayer(camera.id, allowed, useState(() => momentOf(parameters))[0]);
  const frameTime = useFrameTime(player.video);
  usePlace(player);
  const { view, follow, track, look, zoomBy, startFollowing } = useTimelineView();
  const [clock, setClock] = useState(() => ({
    now90k: nowTicks(),
    position90k: undefined as number | undefined,
  }));
  const [muted, setMuted] = useState(true);
  const [goToOpened, setGoToOpened] = useState(false);
  const full = useFullscreen();
  const idle = useIdle(IDLE_MS, { initialState: false });

  const { position90k, mode, paused } = player;
  useEffect(() => {
    const tick = () => {
      const now90k = nowTicks();
      const position = position90k();
      setClock({ now90k, position90k: position });
      if (mode === 'live' && !paused) track(now90k, true);
      else if (position !== undefined) track(position, false);
    };
    tick();
    const timer = window.setInterval(tick, CLOCK_MS);
    return () => window.clearInterval(timer);
  }, [position90k, mode, paused, track]);

  const question = useMemo(() => questionOf(view), [view]);
  const recordings = useQuery({
    ...recordingsQuery(camera.id, 'main', question.start90k, question.end90k),
    enabled: allowed.playback,
    placeholderData: keepPreviousData,
  });

  const events = useQuery({
    ...eventsQuery(camera.id, question.start90k, question.end90k),
    enabled: allowed.playback && may(camera, 'see_events') && mayBeDevice(camera),
    placeholderData: keepPreviousData,
  });

  const goLive = () => {
    player.goLive();
    startFollowing();
  };
  const seek = (moment90k: number) => {
    player.seek(moment90k);
    startFollowing();
  };
  const step = (ticks: number) => seek((position90k() ?? nowTicks()) + ticks);
  const stepFrame = (direction: number) => {
    const position = position90k();
    const ticks = Math.round((frameTime() ?? USUAL_FRAME_SECONDS) * TICKS_PER_SECOND);
    if (position !== undefined) player.seek(position + direction * ticks, true);
  };
  const toggleFullscreen = () => {
    if (document.fullscreenEnabled) void full.toggle();
  };
  useViewerKeys({
    togglePause: player.togglePause,
    goLive,
    step,
    stepFrame,
    toggleFullscreen,
    goTo: () => setGoToOpened(allowed.playback),
    changeSpeed: (direction) => {
      if (mode === 'playback') player.setSpeed(nextSpeed(player.speed, direction));
    },
    toggleMute: () => setMuted((value) => !value),
  });

  const cameraState = mainState(camera);
  const away = mode === 'live' && allowed.live && isAway(cameraState);
  const panelProps: PanelProps = { camera, mode, position90k, seek: allowed.playback ? seek : undefined };
  const Overlay = panels.current?.Overlay;
  return (
    <div
      ref={full.ref}
      className={classes.viewer}
      data-panel={panels.opened || undefined}
      data-idle={idle || undefined}
    >
      <div className={classes.stage} data-testid="player" data-mode={mode} data-phase={player.state.phase}>
        {/* Camera sound has no words to caption. */}
        {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
        <video
          ref={player.video}
          className={classes.video}
          muted={muted}
          playsInline
          aria-label={`Picture of ${camera.name}`}
        />
        <PictureState
          state={paused ? { phase: 'playing' } : player.state}
          offlineReason={away ? reasonOf(camera) || STATE_WORDS[cameraState] : ''}
        />
        <div className={classes.notice} role="status" data-testid="player-notice">
          {player.notice && <span>{player.notice}</span>}
        </div>
        {document.fullscreenEnabled && (
          <ActionIcon
            className={classes.fullscreen}
            variant="filled"
            color="dark.8"
            size="lg"
            aria-label={full.fullscreen ? 'Leave full screen' : 'Full screen'}
            title={full.fullscreen ? 'Leave full screen (F)' : 'Full screen (F)'}
            onClick={toggleFullscreen}
            data-testid="fullscreen"
          >
            {full.fullscreen ? <IconMinimize size={18} /> : <IconMaximize size={18} />}
          </ActionIcon>
        )}
        {Overlay && <Overlay {...panelProps} />}
      </div>
      <div className={classes.desk}>
        <Controls
          camera={camera}
          player={player}
          allowed={allowed}
          position90k={clock.position90k}
          muted={muted}
          now90k={clock.now90k}
          extent={recordings.data?.extent}
          following={follow}
          goToOpened={goToOpened}
          onGoTo={setGoToOpened}
          onMute={() => setMuted(!muted)}
          onLive={goLive}
          onSeek={seek}
          onStep={step}
          onStepFrame={stepFrame}
          onZoom={(factor) => zoomBy(factor, clock.position90k ?? clock.now90k)}
          onFollow={startFollowing}
        />
        {allowed.playback && recordings.error && !recordings.data && (
          <Notice>{recordings.error.message}</Notice>
        )}
        {allowed.playback && (
          <Timeline
            view={view}
            recordings={recordings.data}
            picturesOf={camera.id}
            events={events.data?.events}
            now90k={clock.now90k}
            position90k={clock.position90k}
            onView={look}
            onSeek={seek}
            onStep={step}
          />
        )}
      </div>
      <SidePanel panels={panels} {...panelProps} />
    </div>
  );
}
