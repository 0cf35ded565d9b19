import { VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { camerasQuery } from '../api/queries';
import { isAway, mainState, STATE_WORDS } from '../cameras/state';

const SHOWN_AT_ONCE = 3;

/** Tells screen readers when a camera goes away or comes back, on whatever page. Eyes see it on the tiles. */
export function CameraNews() {
  const { data } = useQuery(camerasQuery);
  const away = useRef<Map<string, boolean>>(undefined);
  const [news, setNews] = useState('');
  useEffect(() => {
    if (!data) return;
    const before = away.current;
    away.current = new Map(data.cameras.map((camera) => [camera.id, isAway(mainState(camera))]));
    const changed = data.cameras.filter((camera) => {
      const was = before?.get(camera.id);
      return was !== undefined && was !== isAway(mainState(camera));
    });
    if (changed.length === 0) return;
    setNews(
      changed.length > SHOWN_AT_ONCE
        ? `${changed.length} cameras changed their state.`
        : changed.map((camera) => `${camera.name}: ${STATE_WORDS[mainState(camera)]}.`).join(' '),
    );
  }, [data]);
  return (
    <VisuallyHidden>
      <div role="status" data-testid="camera-news">
        {news}
      </div>
    </VisuallyHidden>
  );
}
