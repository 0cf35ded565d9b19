import { Button, Checkbox, Group, Radio, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type AccessRules } from '../api/client';
import { dataOf } from '../api/problem';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { Notice } from '../ui/Notice';
import { Holidays } from './Holidays';
import { holidayProblem } from './holidays';
import { MailCard } from './MailCard';
import { rulesQuery, useRefresh } from './queries';
import { SafeguardRules } from './SafeguardRules';
import { SecondPersonRoles } from './SecondPersonRoles';
import { SessionRules } from './SessionRules';
import { sessionProblems } from './sessionRules';

type SecondFactor = AccessRules['second_factor'];

const OF_WHOM: [SecondFactor, string, string][] = [
  ['nobody', 'Nobody', 'Who wants one sets one up under “Your account”.'],
  ['administrators', 'Administrators', 'Whoever may manage users or roles.'],
  ['everybody', 'Everybody', 'The safest. Who has none yet sets it up at the next sign-in.'],
];

function RulesForm({ saved, mayChange }: { saved: AccessRules; mayChange: boolean }) {
  const refresh = useRefresh();
  const [rules, setRules] = useState(saved);
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: (body: AccessRules) => dataOf(api.PUT('/api/v1/access-rules', { body })),
    onSuccess: async (answer) => {
      setRules(answer);
      setTried(false);
      await refresh();
    },
  });
  const set = (change: Partial<AccessRules>) => {
    save.reset();
    setRules({ ...rules, ...change });
  };
  const wrong =
    rules.holidays.some((_, at) => holidayProblem(rules.holidays, at) !== undefined) ||
    Object.keys(sessionProblems(rules)).length > 0;
  const changed = JSON.stringify(rules) !== JSON.stringify(saved);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!wrong) save.mutate(rules);
      }}
      data-testid="rules-form"
    >
      <fieldset disabled={!mayChange} style={{ border: 'none', padding: 0, margin: 0 }}>
        <Stack gap="lg" maw={760}>
          <Radio.Group
            label="Of whom a second factor is asked at sign-in"
            description="Until it is set up, such a user may do nothing here, wherever signed in."
            value={rules.second_factor}
            onChange={(value) => set({ second_factor: value as SecondFactor })}
          >
            <Stack gap="xs" mt="sm">
              {OF_WHOM.map(([value, label, description]) => (
                <Radio
                  key={value}
                  value={value}
                  label={label}
                  description={description}
                  data-testid={`second-factor-${value}`}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Checkbox
            label="A code by mail or SMS is a second factor"
            description="The weakest: for who has neither an authenticator app nor a passkey. It never does for an action that takes a second factor."
            checked={rules.mail_codes}
            onChange={(event) => set({ mail_codes: event.currentTarget.checked })}
            data-testid="mail-codes"
          />
          <SecondPersonRoles rules={rules} onRules={set} />
          <SessionRules rules={rules} tried={tried} onRules={set} />
          <SafeguardRules rules={rules} onRules={set} />
          <Holidays holidays={rules.holidays} tried={tried} onHolidays={(holidays) => set({ holidays })} />
          {save.error && <Notice>{save.error.message}</Notice>}
          {mayChange && (
            <Group gap="sm">
              <Button type="submit" loading={save.isPending} disabled={!changed} data-testid="rules-save">
                Save
              </Button>
              <Text size="sm" c="dimmed" role="status">
                {save.isSuccess && !changed ? 'Saved.' : ''}
              </Text>
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}

/** What is asked of everybody, and the days that are holidays. */
export function RulesTab() {
  const { data: rules, error } = useQuery(rulesQuery);
  const mayChange = may(useRights(), 'manage_roles');
  if (!rules && error) return <Notice>{error.message}</Notice>;
  if (!rules) return <Skeleton height={240} radius="lg" />;
  return (
    <Stack gap="lg">
      <MailCard />
      <RulesForm saved={rules} mayChange={mayChange} />
    </Stack>
  );
}
