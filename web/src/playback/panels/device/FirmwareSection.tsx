import { Button, Checkbox, FileInput, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, type Camera, type DeviceCare } from '../../../api/client';
import { dataOf } from '../../../api/problem';
import { piecesOf } from './device';
import { Section } from './Section';
import { useDeviceTask } from './useDevice';

interface Upload {
  file: File;
  allow_in_clear: boolean;
}

/** Sends a firmware file through to the camera, piece by piece. */
export function FirmwareSection({ camera, care }: { camera: Camera; care: DeviceCare }) {
  const [file, setFile] = useState<File | null>(null);
  const [inClear, setInClear] = useState(false);
  const [sent, setSent] = useState(0);
  const upload = useDeviceTask(camera, async (params, { file, allow_in_clear }: Upload) => {
    const path = '/api/v1/cameras/{camera_id}/device/firmware';
    setSent(0);
    let told = await dataOf(api.POST(path, { params, body: { bytes: file.size, allow_in_clear } }));
    for (const { start, end } of piecesOf(file.size)) {
      told = await dataOf(
        api.PUT(path, {
          params: { ...params, query: { offset: start } },
          body: '',
          bodySerializer: () => file.slice(start, end),
          headers: { 'Content-Type': 'application/octet-stream' },
        }),
      );
      setSent(end);
    }
    return told;
  });
  const ready = file !== null && file.size > 0 && (care.encrypted || inClear);
  return (
    <Section title="Firmware" outcome={upload}>
      <Text size="sm" data-testid="device-firmware">
        Installed: {care.firmware || 'unknown'}
      </Text>
      <Text size="sm" c="dimmed">
        Take the file from the maker’s site, for exactly this model. The camera checks it; it is not kept
        here.
      </Text>
      <Stack gap="sm">
        <FileInput
          label="Firmware file"
          placeholder="Choose a file"
          value={file}
          onChange={setFile}
          clearable
          disabled={upload.isPending}
          data-testid="device-firmware-file"
        />
        {!care.encrypted && (
          <Checkbox
            checked={inClear}
            onChange={(event) => setInClear(event.currentTarget.checked)}
            label="Send it although this camera is asked without encryption: whoever is on its network could exchange the file"
            data-testid="device-firmware-clear"
          />
        )}
        {upload.isPending && file && (
          <Progress value={(100 * sent) / file.size} aria-label="Sent to the camera" />
        )}
        {upload.isPending && file && sent === file.size && (
          <Text size="sm">The camera has the file and checks it…</Text>
        )}
        <Button
          variant="default"
          size="sm"
          disabled={!ready}
          loading={upload.isPending}
          onClick={() => file && upload.mutate({ file, allow_in_clear: inClear })}
          data-testid="device-install-firmware"
        >
          Install
        </Button>
      </Stack>
    </Section>
  );
}
