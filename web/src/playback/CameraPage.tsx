import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconArrowLeft } from '../ui/icons';
import { Link, useParams } from 'react-router-dom';
import type { Camera } from '../api/client';
import { camerasQuery } from '../api/queries';
import { mainState, reasonOf, resolutionOf, streamOf } from '../cameras/state';
import { StateBadge } from '../cameras/StateBadge';
import { formatBitrate, formatRate } from '../ui/format';
import { Notice } from '../ui/Notice';
import classes from './CameraPage.module.css';
import { Viewer } from './Viewer';

function Heading({ camera }: { camera: Camera }) {
  const main = streamOf(camera, 'main');
  return (
    <Group gap="sm" className={classes.heading}>
      <Title order={1} size="h3" lineClamp={1}>
        {camera.name}
      </Title>
      <StateBadge state={mainState(camera)} />
      {main?.state === 'recording' && (
        <Text size="sm" c="dimmed" className="tabular">
          {resolutionOf(main)} · {formatRate(main.frames_per_second)} · {formatBitrate(main.bits_per_second)}
        </Text>
      )}
    </Group>
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
  const reason = reasonOf(camera);
  return (
    <div className={classes.page}>
      <Heading camera={camera} />
      {reason && <Notice tone="wait">{reason}</Notice>}
      <Viewer key={camera.id} camera={camera} />
    </div>
  );
}
