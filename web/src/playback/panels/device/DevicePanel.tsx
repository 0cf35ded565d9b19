import { Skeleton, Stack, Text } from '@mantine/core';
import { Notice } from '../../../ui/Notice';
import type { PanelProps } from '../panel';
import { ClockSection } from './ClockSection';
import { FirmwareSection } from './FirmwareSection';
import { ImagingSection } from './ImagingSection';
import { PasswordSection } from './PasswordSection';
import { RestartSection } from './RestartSection';
import { useDevice } from './useDevice';

/** Looking after the device that the camera is: picture, clock, password, restart, firmware. */
export function DevicePanel({ camera }: PanelProps) {
  const { data: care, error } = useDevice(camera);
  if (!care && error) return <Notice>{error.message}</Notice>;
  if (!care) return <Skeleton height={160} radius="md" aria-label="Asking the camera" />;
  const { clock, imaging } = care;
  return (
    <Stack gap="xl" data-testid="device-panel">
      <Text size="sm" c="dimmed">
        {[care.manufacturer, care.model].filter(Boolean).join(' ')}
        {care.encrypted ? ', asked over HTTPS' : ', asked without encryption'}
      </Text>
      {imaging && <ImagingSection camera={camera} imaging={imaging} />}
      {clock && <ClockSection camera={camera} clock={clock} />}
      <PasswordSection camera={camera} encrypted={care.encrypted} />
      <FirmwareSection camera={camera} care={care} />
      <RestartSection camera={camera} />
    </Stack>
  );
}
