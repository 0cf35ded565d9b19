import { Anchor, Button, Group, Loader, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { useSecondFactor } from '../account/useSecondFactor';
import { api, type Clearance } from '../api/client';
import { dataOf } from '../api/problem';
import { accountQuery } from '../api/queries';
import { nowTicks } from '../media/ticks';
import { ErrorNotice } from '../ui/ErrorNotice';
import { focusWhereLost, nextInDialog } from '../ui/focus';
import { Notice } from '../ui/Notice';
import classes from './Clearance.module.css';
import { useLacking, type Lacking } from './clearing';
import { clearanceQuery } from './queries';
import { ACTION_WORDS, codeOf, untilWords } from './words';

interface StepProps {
  clearance: Clearance;
  onCancel(): void;
}

function useStep<Input>(clearance: Clearance, send: (input: Input) => Promise<Clearance>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (answer) => queryClient.setQueryData(clearanceQuery(clearance.id).queryKey, answer),
  });
}

function Buttons({ onCancel, children }: { onCancel(): void; children?: ReactNode }) {
  return (
    <Group justify="flex-end">
      <Button
        variant="subtle"
        color="gray"
        onClick={onCancel}
        ref={focusWhereLost}
        data-testid="clearance-cancel"
      >
        Cancel
      </Button>
      {children}
    </Group>
  );
}

/** A second factor for this one action. */
function StepUpForm({ clearance, onCancel }: StepProps) {
  const { data: account } = useQuery({ ...accountQuery, staleTime: 0 });
  const give = useStep(clearance, async () =>
    dataOf(
      api.POST('/api/v1/clearances/{clearance_id}/second-factor', {
        params: { path: { clearance_id: clearance.id } },
        body: await secondFactor.make(),
      }),
    ),
  );
  const secondFactor = useSecondFactor(account, give.error, 'step-up', nextInDialog, clearance.id);
  if (!account) return <Loader size="sm" aria-label="Loading" />;
  if (!secondFactor.exists) {
    return (
      <>
        <Text>
          Your organisation asks for a second factor for this, and your account has none yet.{' '}
          <Anchor component={Link} to="/account" onClick={onCancel}>
            Set one up in Your account
          </Anchor>
          , then try again.
        </Text>
        <Buttons onCancel={onCancel} />
      </>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (secondFactor.ready) give.mutate(undefined);
  };
  return (
    <form noValidate onSubmit={submit} data-testid="step-up-form">
      <Stack>
        <Text>Your organisation asks for your second factor for this. It counts for this one action.</Text>
        <ErrorNotice error={give.error} fields={['code']} />
        {secondFactor.fields}
        <Buttons onCancel={onCancel}>
          <Button
            type="submit"
            loading={give.isPending}
            disabled={!secondFactor.ready}
            {...(secondFactor.byPasskey && nextInDialog)}
            data-testid="step-up-submit"
          >
            Go on
          </Button>
        </Buttons>
      </Stack>
    </form>
  );
}

/** Whom to ask is not chosen: whoever may approve sees it. */
function WishForm({ clearance, onCancel }: StepProps) {
  const [reason, setReason] = useState('');
  const ask = useStep(clearance, () =>
    dataOf(
      api.POST('/api/v1/clearances/{clearance_id}/second-person', {
        params: { path: { clearance_id: clearance.id } },
        body: { reason: reason.trim() },
      }),
    ),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate(undefined);
  };
  return (
    <form noValidate onSubmit={submit} data-testid="wish-form">
      <Stack>
        <Text>
          Your organisation asks for a second person for this. Whoever may approve it sees what you are about
          to do, and answers within 15 minutes or not at all.
        </Text>
        {ask.error && <Notice>{ask.error.message}</Notice>}
        <TextInput
          label="Why"
          description="For whoever decides, and for the audit log."
          placeholder="Police asked for it, case 12/26"
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          {...nextInDialog}
          data-testid="wish-reason"
        />
        <Buttons onCancel={onCancel}>
          <Button type="submit" loading={ask.isPending} data-testid="wish-submit">
            Ask for approval
          </Button>
        </Buttons>
      </Stack>
    </form>
  );
}

function Waiting({ clearance, onCancel }: StepProps) {
  return (
    <>
      <Group gap="sm" role="status" wrap="nowrap" data-testid="clearance-waiting">
        <Loader size="sm" aria-hidden="true" />
        <Text>Waiting for a second person. This goes on by itself once it is approved.</Text>
      </Group>
      <div>
        <Text size="sm" c="dimmed">
          Both of you see this code. The request {untilWords(clearance.expires_90k, nowTicks())}.
        </Text>
        <code className={classes.code} data-testid="clearance-code">
          {codeOf(clearance.digest)}
        </code>
      </div>
      <Buttons onCancel={onCancel} />
    </>
  );
}

function Over({ children, onClose }: { children: ReactNode; onClose(): void }) {
  return (
    <>
      <Notice>{children}</Notice>
      <Group justify="flex-end">
        <Button onClick={onClose} {...nextInDialog} data-testid="clearance-close">
          Close
        </Button>
      </Group>
    </>
  );
}

function Steps({ lacking, onCancel }: { lacking: Lacking; onCancel(): void }) {
  const { data, error } = useQuery({
    ...clearanceQuery(lacking.clearance.id),
    initialData: lacking.clearance,
  });
  const complete = !error && data.missing.length === 0;
  useEffect(() => {
    if (complete) lacking.settle(true);
  }, [complete, lacking]);
  const step = { clearance: data, onCancel };
  if (error) return <Over onClose={onCancel}>{error.message}</Over>;
  if (data.state === 'refused') {
    return (
      <Over onClose={onCancel}>
        {data.answered_by} did not approve it{data.answer ? `: ${data.answer}` : '.'}
      </Over>
    );
  }
  if (data.missing.includes('step_up')) return <StepUpForm {...step} />;
  if (data.state === 'waiting') return <Waiting {...step} />;
  if (data.missing.includes('second_person')) return <WishForm {...step} />;
  return null;
}

/** Wherever an action lacks more than a right: asks for it, and lets the action go on. */
export function ClearanceDialog() {
  const lacking = useLacking();
  const [shown, setShown] = useState(lacking);
  // What it was about stays while the dialog closes.
  if (lacking && lacking !== shown) setShown(lacking);
  const cancel = () => {
    if (!lacking) return;
    void api.DELETE('/api/v1/clearances/{clearance_id}', {
      params: { path: { clearance_id: lacking.clearance.id } },
    });
    lacking.settle(false);
  };
  return (
    <Modal
      opened={lacking !== undefined}
      onClose={cancel}
      closeOnClickOutside={false}
      title={shown && ACTION_WORDS[shown.clearance.action]}
      closeButtonProps={{ 'aria-label': 'Cancel' }}
      data-testid="clearance"
    >
      {shown && (
        <Stack>
          <Steps key={shown.clearance.id} lacking={shown} onCancel={cancel} />
        </Stack>
      )}
    </Modal>
  );
}
