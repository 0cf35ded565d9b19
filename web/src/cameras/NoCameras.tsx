import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router-dom';
import { IconPlus, IconSearch } from '../ui/icons';
import { Mark } from '../ui/Logo';

/** What a new installation sees instead of an empty list. */
export function NoCameras({ onAdd, action }: { onAdd?: () => void; action?: React.ReactNode }) {
  return (
    <Paper withBorder radius="lg" p="xl" data-testid="no-cameras">
      <Stack align="center" gap="sm" py="xl" maw={560} mx="auto" ta="center">
        <Mark size={52} />
        <Title order={2} size="h3" mt="sm">
          Nothing to watch yet
        </Title>
        <Text c="dimmed">
          Let Vedette search your network for cameras, or add one by its RTSP address, which often looks like{' '}
          <code>rtsp://192.168.1.20/stream1</code>. Recording starts at once, encrypted and signed.
        </Text>
        {onAdd && (
          <Group mt="sm" justify="center">
            <Button
              component={Link}
              to="/cameras/find"
              size="md"
              leftSection={<IconSearch size={18} />}
              data-testid="find-cameras"
            >
              Find cameras
            </Button>
            <Button
              size="md"
              variant="default"
              leftSection={<IconPlus size={18} />}
              onClick={onAdd}
              data-testid="add-camera"
            >
              Add a camera
            </Button>
          </Group>
        )}
        {action}
      </Stack>
    </Paper>
  );
}
