import { Switch, Textarea } from '@mantine/core';
import { DaysInput } from '../ui/DaysInput';
import type { ConditionProblems, Conditions } from './conditions';
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
    </>
  );
}
