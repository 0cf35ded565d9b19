import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '../ui/icons';
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
          Add your first camera by its RTSP address. You find it in the camera’s manual or web page; it often
          looks like <code>rtsp://192.168.1.20/stream1</code>. Recording starts at once, encrypted and signed.
        </Text>
        {onAdd && (
          <Button
            size="md"
            mt="sm"
            leftSection={<IconPlus size={18} />}
            onClick={onAdd}
            data-testid="add-camera"
          >
            Add a camera
          </Button>
        )}
        {action}
      </Stack>
    </Paper>
  );
}
