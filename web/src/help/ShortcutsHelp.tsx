import { ActionIcon, Kbd, Modal, Stack, Switch, Title, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Fragment } from 'react';
import { IconKeyboard } from '../ui/icons';
import classes from './ShortcutsHelp.module.css';
import { useLetterKeys, useLetterKeysWanted } from './useLetterKeys';

interface Shortcut {
  keys: string[];
  does: string;
}

const SECTIONS: { title: string; shortcuts: Shortcut[] }[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      { keys: ['?'], does: 'Show this help' },
      { keys: ['Tab'], does: 'To the next thing that can be used' },
      { keys: ['Esc'], does: 'Close a dialog; from an enlarged picture back to the wall' },
    ],
  },
  {
    title: 'On a camera’s page, and in Playback',
    shortcuts: [
      { keys: ['Space'], does: 'Pause, go on' },
      { keys: ['←', '→'], does: '10 seconds back, forward' },
      { keys: ['<', '>'], does: 'Slower, faster' },
      { keys: ['G'], does: 'Go to a moment' },
    ],
  },
  {
    title: 'On a camera’s page',
    shortcuts: [
      { keys: [',', '.'], does: 'One frame back, forward' },
      { keys: ['L'], does: 'Back to live' },
      { keys: ['M'], does: 'Sound on, off' },
      { keys: ['F'], does: 'Full screen' },
    ],
  },
  {
    title: 'On the timeline',
    shortcuts: [
      { keys: ['Home', 'End'], does: 'First, last recorded moment' },
      { keys: ['Page up', 'Page down'], does: 'Look earlier, later' },
      {
        keys: ['Shift', '←', '→'],
        does: 'Look through the recordings; Enter plays from there, Esc goes back',
      },
      { keys: ['+', '−'], does: 'Show less time, more time' },
      { keys: ['Tab'], does: 'To the gaps, each with its reason; Enter plays what came before' },
    ],
  },
];

function Keys({ keys }: { keys: string[] }) {
  return (
    <dt className={classes.keys}>
      {keys.map((key) => (
        <Fragment key={key}>
          <Kbd size="sm">{key}</Kbd>{' '}
        </Fragment>
      ))}
    </dt>
  );
}

/** The list of keys, behind `?` and a button. */
export function ShortcutsHelp() {
  const [opened, { open, close, toggle }] = useDisclosure(false);
  const [wanted, setWanted] = useLetterKeysWanted();
  useLetterKeys([
    ['?', toggle],
    ['shift+?', toggle],
  ]);
  return (
    <>
      <Tooltip label="Keyboard shortcuts (?)" openDelay={400}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Keyboard shortcuts"
          onClick={open}
          className={classes.button}
          data-testid="shortcuts"
        >
          <IconKeyboard size={20} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <Modal opened={opened} onClose={close} title="Keyboard shortcuts" size="lg">
        <Stack gap="lg" data-testid="shortcuts-list">
          {SECTIONS.map(({ title, shortcuts }) => (
            <section key={title}>
              <Title order={3} size="h5" mb={6}>
                {title}
              </Title>
              <dl className={classes.list}>
                {shortcuts.map(({ keys, does }) => (
                  <div key={does} className={classes.shortcut}>
                    <Keys keys={keys} />
                    <dd className={classes.does}>{does}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          <Switch
            label="Keys of one character"
            description="Off: letters, comma, full stop and ? do nothing, for those who dictate."
            checked={wanted}
            onChange={(event) => setWanted(event.currentTarget.checked)}
            data-testid="letter-keys"
          />
        </Stack>
      </Modal>
    </>
  );
}
