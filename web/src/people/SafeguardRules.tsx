import { Fieldset, NativeSelect, SimpleGrid, Stack, Text } from '@mantine/core';
import type { AccessRules, SafeguardedAction } from '../api/client';
import { ACTION_WORDS } from '../clearance/words';
import { chosenFor, withChosen, type Takes } from './safeguards';

interface Props {
  rules: AccessRules;
  onRules(change: Partial<AccessRules>): void;
}

const CHOICES: { value: Takes; label: string }[] = [
  { value: 'nothing', label: 'Nothing more' },
  { value: 'step_up', label: 'A second factor' },
  { value: 'second_person', label: 'A second person' },
  { value: 'both', label: 'Both' },
];

/** What some actions take besides the right to them. */
export function SafeguardRules({ rules, onRules }: Props) {
  const { safeguards } = rules;
  const personAsked = safeguards.some(({ second_person }) => second_person);
  return (
    <Fieldset legend="Actions that take more than the right to them" radius="md" px="md" py="sm">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          A second factor is given for the one action. A second person is another user who may approve, and
          sees what exactly is asked. No API token can give either: what takes one is refused to it.
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" verticalSpacing="sm">
          {(Object.keys(ACTION_WORDS) as SafeguardedAction[]).map((action) => (
            <NativeSelect
              key={action}
              label={ACTION_WORDS[action]}
              data={CHOICES}
              value={chosenFor(safeguards, action)}
              onChange={(event) =>
                onRules({ safeguards: withChosen(safeguards, action, event.currentTarget.value as Takes) })
              }
              data-testid={`safeguard-${action}`}
            />
          ))}
        </SimpleGrid>
        {safeguards.length > 0 && (
          <Text size="sm" role="status">
            Changing these rules takes all that any of them takes
            {personAsked && ', and so that nobody makes his own second person, users and roles take one, too'}
            .
          </Text>
        )}
      </Stack>
    </Fieldset>
  );
}
