import { ActionIcon, Button, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconDownload } from '../ui/icons';
import { useState, type MouseEvent } from 'react';
import type { Camera } from '../api/client';
import { downloadCleared } from '../clearance/download';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { useViewed } from '../session/viewAs';
import { nowTicks, TICKS_PER_SECOND } from '../media/ticks';
import { fileName, fromInput, intervalProblem, mediaUrl, toInput } from './interval';

const AROUND = 30 * TICKS_PER_SECOND;

/** Saves a recorded interval as one MP4 file. */
export function DownloadButton({ camera, position90k }: { camera: Camera; position90k: number }) {
  const takesMore = useRights()?.asked['export_recording'] !== undefined;
  const viewed = useViewed();
  const [opened, setOpened] = useState(false);
  const [start, setStart] = useState('');
  const [end, setEnd] = useState('');
  const start90k = fromInput(start);
  const end90k = fromInput(end);
  const problem = intervalProblem(start90k, end90k);
  const open = () => {
    setStart(toInput(position90k - AROUND));
    setEnd(toInput(Math.min(nowTicks(), position90k + AROUND)));
    setOpened(true);
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="top-end"
      trapFocus
      returnFocus
      shadow="md"
      withinPortal={false}
    >
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={38}
          aria-label="Download a recording"
          title="Download a recording"
          onClick={() => (opened ? setOpened(false) : open())}
          data-testid="download"
        >
          <IconDownload size={21} stroke={1.7} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm" w={250}>
          <Text fw={600}>Download as MP4</Text>
          <TextInput
            type="datetime-local"
            step={1}
            label="From"
            value={start}
            onChange={(event) => setStart(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            step={1}
            label="To"
            value={end}
            onChange={(event) => setEnd(event.currentTarget.value)}
            error={problem}
          />
          {!may(camera, 'hear') && (
            <Text size="sm" c="dimmed" data-testid="download-silent">
              Without sound: your account may not hear this camera.
            </Text>
          )}
          {viewed && (
            <Text size="sm" c="dimmed">
              You look as {viewed.name}: nothing is downloaded.
            </Text>
          )}
          {viewed || problem || start90k === undefined || end90k === undefined ? (
            <Button disabled>Download</Button>
          ) : (
            <Button
              component="a"
              href={mediaUrl(camera.id, start90k, end90k)}
              download={fileName(camera.name, start90k)}
              onClick={(event: MouseEvent<HTMLAnchorElement>) => {
                setOpened(false);
                if (!takesMore) return;
                event.preventDefault();
                void downloadCleared(event.currentTarget.href, event.currentTarget.download);
              }}
              data-testid="download-link"
            >
              Download
            </Button>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
