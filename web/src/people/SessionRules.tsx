import { Fieldset, NumberInput, Radio, SimpleGrid, Stack } from '@mantine/core';
import type { AccessRules } from '../api/client';
import { MOST_HOURS, sessionProblems } from './sessionRules';

interface Props {
  rules: AccessRules;
  /** What is wrong is shown only once somebody tried to save it. */
  tried: boolean;
  onRules(change: Partial<AccessRules>): void;
}

const LOCK_OUTS: [AccessRules['lock_out'], string, string][] = [
  [
    'progressive',
    'A delay that grows',
    'After three failures a second, twice that with each more, up to a minute.',
  ],
  [
    'three_failures',
    '30 seconds after three failures',
    'And again after each more. For rules that ask for it.',
  ],
];

/** For how long somebody stays signed in, and what failed sign-ins cost. */
export function SessionRules({ rules, tried, onRules }: Props) {
  const problems = tried ? sessionProblems(rules) : {};
  return (
    <Fieldset legend="Sessions" radius="md" px="md" py="sm">
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <NumberInput
            label="Signed out when idle for"
            description="Without anything open that is being watched."
            suffix=" minutes"
            allowDecimal={false}
            allowNegative={false}
            clampBehavior="none"
            value={rules.session_idle_minutes}
            onChange={(value) => onRules({ session_idle_minutes: Number(value) })}
            error={problems.session_idle_minutes}
            data-testid="session-idle"
          />
          <NumberInput
            label="Signed out in any case after"
            description={`At most ${MOST_HOURS / 24} days.`}
            suffix={rules.session_hours === 1 ? ' hour' : ' hours'}
            allowDecimal={false}
            allowNegative={false}
            clampBehavior="none"
            value={rules.session_hours}
            onChange={(value) => onRules({ session_hours: Number(value) })}
            error={problems.session_hours}
            data-testid="session-hours"
          />
        </SimpleGrid>
        <Radio.Group
          label="What failed sign-ins cost an account"
          description="No account is ever locked for good: that would let anybody lock anybody out."
          value={rules.lock_out}
          onChange={(value) => onRules({ lock_out: value as AccessRules['lock_out'] })}
        >
          <Stack gap="xs" mt="sm">
            {LOCK_OUTS.map(([value, label, description]) => (
              <Radio
                key={value}
                value={value}
                label={label}
                description={description}
                data-testid={`lock-out-${value}`}
              />
            ))}
          </Stack>
        </Radio.Group>
      </Stack>
    </Fieldset>
  );
}
