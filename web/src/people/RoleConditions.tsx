import { Checkbox, Group, Stack, Switch, Text, Textarea } from '@mantine/core';
import type { ClientKind } from '../api/client';
import { DaysInput } from '../ui/DaysInput';
import type { ConditionProblems, Conditions } from './conditions';
import { CLIENT_KINDS } from './clientKinds';
import { ScheduleEditor } from './ScheduleEditor';

interface Props {
  draft: Conditions;
  problems: ConditionProblems;
  onDraft(change: Partial<Conditions>): void;
}

/** How far back a role sees, and when and from where it counts. */
export function RoleConditions({ draft, problems, onDraft }: Props) {
  return (
    <>
      <DaysInput
        label="Sees recordings and events back to"
        description="Empty: of any age."
        placeholder="Any age"
        days={draft.days}
        onDays={(days) => onDraft({ days })}
        error={problems.days}
        testId="role-days"
      />
      <Switch
        label="Counts at certain hours only"
        description="By the clock of the machine that Vedette runs on. Outside of them the role is as if it were not given."
        checked={draft.timed}
        onChange={(event) => onDraft({ timed: event.currentTarget.checked })}
        data-testid="role-timed"
      />
      {draft.timed && (
        <ScheduleEditor text={draft.hours} error={problems.hours} onText={(hours) => onDraft({ hours })} />
      )}
      <Switch
        label="Counts from certain networks only"
        description="By the address that Vedette sees. Asked from elsewhere, the role is as if it were not given."
        checked={draft.placed}
        onChange={(event) => onDraft({ placed: event.currentTarget.checked })}
        data-testid="role-placed"
      />
      {draft.placed && (
        <Textarea
          label="Networks"
          description="One in a line: an address, or the first address of a network and the length of its prefix."
          placeholder={'192.0.2.0/24\n2001:db8::/64'}
          value={draft.networks}
          onChange={(event) => onDraft({ networks: event.currentTarget.value })}
          error={problems.networks}
          autosize
          minRows={2}
          maxRows={8}
          autoComplete="off"
          spellCheck={false}
          data-testid="role-networks"
        />
      )}
      <Switch
        label="Counts by certain kinds of client only"
        description="An API token is of the kind that it was made for. Whoever has one can use it with any program, unless it is bound to a certificate."
        checked={draft.kinds !== undefined}
        onChange={(event) => onDraft({ kinds: event.currentTarget.checked ? ['web'] : undefined })}
        data-testid="role-kinds"
      />
      {draft.kinds && (
        <Stack gap={6}>
          <Checkbox.Group
            label="Kinds of client"
            value={draft.kinds}
            onChange={(kinds) => onDraft({ kinds: kinds as ClientKind[] })}
          >
            <Group gap="md" mt={6}>
              {CLIENT_KINDS.map(({ kind, label }) => (
                <Checkbox key={kind} value={kind} label={label} data-testid={`role-kind-${kind}`} />
              ))}
            </Group>
          </Checkbox.Group>
          {problems.kinds && (
            <Text size="sm" c="red" role="alert">
              {problems.kinds}
            </Text>
          )}
        </Stack>
      )}
    </>
  );
}
