import { Button, Stack, Text } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { IconMicrophone } from '../../ui/icons';
import { Notice } from '../../ui/Notice';
import { useTalk } from '../useTalk';
import type { PanelProps } from './panel';

const WORDS = {
  idle: 'Hold to speak',
  starting: 'Wait…',
  talking: 'You are heard',
} as const;

/** Push to talk: the microphone is open while the button is held, and not a moment longer. */
export function TalkPanel({ camera }: PanelProps) {
  const { phase, problem, start, stop } = useTalk(camera.id);
  const isKey = (event: KeyboardEvent) => event.key === ' ' || event.key === 'Enter';
  const taken = camera.talking && phase === 'idle';
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        Speaks through the camera’s loudspeaker, where it has one.
      </Text>
      <Button
        size="lg"
        color={phase === 'talking' ? 'red' : undefined}
        leftSection={<IconMicrophone size={20} aria-hidden="true" />}
        aria-pressed={phase !== 'idle'}
        disabled={taken}
        style={{ touchAction: 'none' }}
        data-testid="talk"
        data-phase={phase}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          void start();
        }}
        onPointerUp={stop}
        onPointerCancel={stop}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (!isKey(event)) return;
          event.preventDefault();
          if (!event.repeat) void start();
        }}
        onKeyUp={(event) => isKey(event) && stop()}
      >
        {WORDS[phase]}
      </Button>
      <Text size="sm" role="status">
        {taken ? 'Somebody else is speaking through this camera.' : phase === 'talking' && 'Let go to stop.'}
      </Text>
      {problem && <Notice>{problem}</Notice>}
    </Stack>
  );
}
