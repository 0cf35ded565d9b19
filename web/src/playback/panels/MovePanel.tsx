import { Skeleton, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { MovePad } from '../../control/MovePad';
import { Patrols } from '../../control/Patrols';
import { Presets } from '../../control/Presets';
import { ptzQuery } from '../../control/queries';
import { useDrive } from '../../control/useDrive';
import { sentence } from '../../ui/format';
import { Notice } from '../../ui/Notice';
import type { PanelProps } from './panel';

const percent = (value: number) => `${Math.round(value * 100)} %`;

/** Turns and zooms the camera; presets and patrols. */
export function MovePanel({ camera, mode }: PanelProps) {
  const queryClient = useQueryClient();
  const query = ptzQuery(camera.id);
  const { data: ptz, error } = useQuery(query);
  const refresh = useCallback(
    () => void queryClient.invalidateQueries({ queryKey: ['ptz', camera.id] }),
    [queryClient, camera.id],
  );
  const { drive, problem } = useDrive(camera.id, refresh);
  if (!ptz && error) return <Notice>{error.message}</Notice>;
  if (!ptz) return <Skeleton height={180} radius="md" />;
  if (!ptz.supported) {
    return (
      <Text size="sm" c="dimmed">
        {sentence(ptz.message)}
      </Text>
    );
  }
  return (
    <Stack gap="lg" data-testid="ptz">
      <Stack gap="xs">
        {mode === 'playback' && (
          <Notice tone="wait">You are watching a recording; the camera itself moves now.</Notice>
        )}
        {problem && <Notice>{sentence(problem)}</Notice>}
        <MovePad drive={drive} canTurn={ptz.can_pan_tilt} canZoom={ptz.can_zoom} />
        {(ptz.pan !== null || ptz.zoom !== null) && (
          <Text size="sm" c="dimmed" ta="center" className="tabular" data-testid="ptz-position">
            {ptz.pan !== null && ptz.tilt !== null && `Pan ${percent(ptz.pan)} · tilt ${percent(ptz.tilt)}`}
            {ptz.pan !== null && ptz.zoom !== null && ' · '}
            {ptz.zoom !== null && `zoom ${percent(ptz.zoom)}`}
          </Text>
        )}
      </Stack>
      {(ptz.max_presets > 0 || ptz.has_home) && (
        <Presets cameraId={camera.id} ptz={ptz} onChanged={refresh} />
      )}
      {ptz.max_presets > 0 && <Patrols cameraId={camera.id} ptz={ptz} onChanged={refresh} />}
    </Stack>
  );
}
