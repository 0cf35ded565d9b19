import { ActionIcon, Button, Group, Skeleton, Stack, Text, Title, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconArrowLeft, IconLayoutSidebarRight } from '../ui/icons';
import { Link, useParams } from 'react-router-dom';
import type { Camera } from '../api/client';
import { camerasQuery } from '../api/queries';
import { isKnown, mainState, reasonOf, resolutionOf, streamOf } from '../cameras/state';
import { StateBadge } from '../cameras/StateBadge';
import { formatBitrate, formatRate } from '../ui/format';
import { Notice } from '../ui/Notice';
import { usePageTitle } from '../ui/usePageTitle';
import classes from './CameraPage.module.css';
import { usePanels, type Panels } from './panels/usePanels';
import { Viewer } from './Viewer';

function Heading({ camera, panels }: { camera: Camera; panels: Panels }) {
  const main = streamOf(camera, 'main');
  const label = panels.opened ? 'Hide the panel' : 'Show the panel';
  return (
    <Group gap="sm" className={classes.heading}>
      <Title order={1} size="h3" lineClamp={1} title={camera.name} className={classes.name}>
        {camera.name}
      </Title>
      {isKnown(camera) && <StateBadge state={mainState(camera)} plan={camera.recording_now} />}
      {main?.state === 'recording' && (
        <Text size="sm" c="dimmed" className="tabular">
          {resolutionOf(main)} · {formatRate(main.frames_per_second)} · {formatBitrate(main.bits_per_second)}
        </Text>
      )}
      {panels.mayClose && (
        <Tooltip label={label} openDelay={400}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            ml="auto"
            aria-label={label}
            aria-expanded={panels.opened}
            onClick={panels.toggle}
            data-testid="toggle-panel"
          >
            <IconLayoutSidebarRight size={20} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}

function Page({ camera }: { camera: Camera }) {
  const panels = usePanels(camera);
  usePageTitle(camera.name);
  const reason = reasonOf(camera);
  return (
    <div className={classes.page}>
      <Heading camera={camera} panels={panels} />
      {reason && <Notice tone="wait">{reason}</Notice>}
      <Viewer key={camera.id} camera={camera} panels={panels} />
    </div>
  );
}

export function CameraPage() {
  const { cameraId } = useParams();
  const { data, error } = useQuery(camerasQuery);
  const camera = data?.cameras.find((one) => one.id === cameraId);
  if (!data && error) return <Notice>{error.message}</Notice>;
  if (!data) return <Skeleton height="60vh" radius="lg" />;
  if (!camera) {
    return (
      <Stack align="flex-start">
        <Notice tone="wait">There is no such camera. It may have been deleted.</Notice>
        <Button component={Link} to="/cameras" variant="default" leftSection={<IconArrowLeft size={17} />}>
          To the cameras
        </Button>
      </Stack>
    );
  }
  return <Page camera={camera} />;
}
