import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { api, type KeepRule, type Retention } from '../api/client';
import { dataOf } from '../api/problem';
import { camerasQuery, queryClient, retentionQuery } from '../api/queries';
import { Notice } from '../ui/Notice';
import { daysProblem, keepRequest, keepValues, sizeProblem, type KeepValues } from './keep';
import { DaysInput, SizeInput } from './KeepInputs';
import classes from './KeepRules.module.css';

const NOTHING: KeepRule = { keep_days: null, keep_bytes: null };

interface Row extends KeepValues {
  /** undefined: of the whole site. */
  group: string | undefined;
  name: string;
}

const rowsOf = ({ site, groups }: Retention): Row[] => [
  { group: undefined, name: 'The whole site', ...keepValues(site) },
  ...groups.map((rule) => ({ group: rule.group_id, name: rule.name, ...keepValues(rule) })),
];

const siteOf = (rows: Row[]): KeepRule => {
  const site = rows.find(({ group }) => group === undefined);
  return site ? keepRequest(site) : NOTHING;
};

const isWrong = (rows: Row[]) =>
  rows.some(({ keep_days, keep_bytes }) => daysProblem(keep_days) ?? sizeProblem(keep_bytes));

function put(rows: Row[]) {
  const groups = rows.flatMap((row) =>
    row.group === undefined ? [] : [{ group_id: row.group, ...keepRequest(row) }],
  );
  return dataOf(api.PUT('/api/v1/retention', { body: { site: siteOf(rows), groups } }));
}

function Rules({ rules }: { rules: Retention }) {
  const saved = rowsOf(rules);
  const [rows, setRows] = useState(saved);
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => put(rows),
    onSuccess: async (now) => {
      queryClient.setQueryData(retentionQuery.queryKey, now);
      notifications.show({ message: 'The rules were saved.' });
      await queryClient.invalidateQueries({ queryKey: camerasQuery.queryKey });
    },
  });
  const changed = JSON.stringify(rows) !== JSON.stringify(saved);
  const set = (row: Row, change: Partial<KeepValues>) => {
    save.reset();
    setRows((before) => before.map((one) => (one.group === row.group ? { ...one, ...change } : one)));
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!isWrong(rows)) save.mutate();
      }}
    >
      <Stack gap="md">
        <div className={classes.rows}>
          <div className={classes.head} aria-hidden />
          <div className={classes.head} aria-hidden>
            Delete after
          </div>
          <div className={classes.head} aria-hidden>
            Keep at most, of each camera
          </div>
          {rows.map((row) => {
            const otherwise = row.group === undefined ? NOTHING : siteOf(rows);
            return (
              <Fragment key={row.group ?? ''}>
                <div className={classes.name}>{row.name}</div>
                <DaysInput
                  name={`${row.name}: delete recordings after`}
                  value={row.keep_days}
                  otherwise={otherwise}
                  error={tried && daysProblem(row.keep_days)}
                  onValue={(keep_days) => set(row, { keep_days })}
                  testId={`keep-days-${row.name}`}
                />
                <SizeInput
                  name={`${row.name}: keep at most, of each camera`}
                  value={row.keep_bytes}
                  otherwise={otherwise}
                  error={tried && sizeProblem(row.keep_bytes)}
                  onValue={(keep_bytes) => set(row, { keep_bytes })}
                  testId={`keep-gb-${row.name}`}
                />
              </Fragment>
            );
          })}
        </div>
        {save.error && <Notice>{save.error.message}</Notice>}
        <Group justify="flex-end" gap="sm">
          {changed && (
            <Button variant="subtle" color="gray" onClick={() => setRows(saved)}>
              As it was
            </Button>
          )}
          <Button
            type="submit"
            variant={changed ? 'filled' : 'default'}
            disabled={!changed}
            loading={save.isPending}
            data-testid="save-keep-rules"
          >
            Save the rules
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What is kept of cameras that have no rule of their own. */
export function KeepRules() {
  const { data } = useQuery(retentionQuery);
  if (!data) return null;
  return (
    <Card withBorder radius="lg" padding="md" component="section" aria-label="What is kept">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4">
            What is kept
          </Title>
          <Text size="sm" c="dimmed">
            A camera goes by its own rule; where it has none, by its camera groups, of which the one that
            keeps most counts; and then by the site. What is held stays in any case.
          </Text>
        </div>
        {/* What somebody types stays while the same is read again. */}
        <Rules key={JSON.stringify(data)} rules={data} />
      </Stack>
    </Card>
  );
}
