import { Button, SegmentedControl, Slider, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, type Camera, type DeviceCare, type DeviceImagingChange } from '../../../api/client';
import { dataOf } from '../../../api/problem';
import { Section } from './Section';
import { useDeviceTask } from './useDevice';

const NAMES = {
  brightness: 'Brightness',
  contrast: 'Contrast',
  saturation: 'Colour',
  sharpness: 'Sharpness',
};
const MODES: Record<string, string> = { on: 'Day', off: 'Night', auto: 'Automatic', manual: 'Manual' };

interface ModeProps {
  label: string;
  value: string;
  modes: string[];
  onChange(value: string): void;
}

function Mode({ label, value, modes, onChange }: ModeProps) {
  if (modes.length < 2) return null;
  return (
    <div>
      <Text size="sm" fw={500} mb={4}>
        {label}
      </Text>
      <SegmentedControl
        fullWidth
        size="sm"
        aria-label={label}
        value={value}
        onChange={onChange}
        data={modes.map((mode) => ({ value: mode, label: MODES[mode] ?? mode }))}
      />
    </div>
  );
}

export function ImagingSection({
  camera,
  imaging,
}: {
  camera: Camera;
  imaging: NonNullable<DeviceCare['imaging']>;
}) {
  const [change, setChange] = useState<DeviceImagingChange>({});
  const set = useDeviceTask(camera, (params, body: DeviceImagingChange) =>
    dataOf(api.PUT('/api/v1/cameras/{camera_id}/device/imaging', { params, body })),
  );
  return (
    <Section title="Picture" outcome={set}>
      <Stack gap="md">
        {imaging.values.map(({ name, value, min, max }) => (
          <div key={name}>
            <Text size="sm" fw={500} mb={4}>
              {NAMES[name]}
            </Text>
            <Slider
              thumbLabel={NAMES[name]}
              min={min}
              max={max}
              step={(max - min) / 100}
              value={change[name] ?? value}
              onChange={(next) => setChange({ ...change, [name]: next })}
              label={(shown) => Math.round(shown)}
              data-testid={`device-${name}`}
            />
          </div>
        ))}
        <Mode
          label="Infrared filter"
          value={change.ir_cut ?? imaging.ir_cut}
          modes={imaging.ir_cut_modes}
          onChange={(ir_cut) => setChange({ ...change, ir_cut })}
        />
        <Mode
          label="Focus"
          value={change.focus ?? imaging.focus}
          modes={imaging.focus_modes}
          onChange={(focus) => setChange({ ...change, focus })}
        />
        <Button
          variant="default"
          size="sm"
          disabled={Object.keys(change).length === 0}
          loading={set.isPending}
          onClick={() => set.mutate(change, { onSuccess: () => setChange({}) })}
          data-testid="device-set-imaging"
        >
          Set the picture
        </Button>
      </Stack>
    </Section>
  );
}
