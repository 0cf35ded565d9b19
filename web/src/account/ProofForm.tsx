import { Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import type { Account, Proof } from '../api/client';
import { ErrorNotice } from '../ui/ErrorNotice';
import { PROOF_FIELDS, useProof } from './useProof';

interface Props<Answer> {
  /** Missing: there is no second factor yet. */
  account?: Account | undefined;
  /** What the button says. */
  children: ReactNode;
  /** Of the button: red where something is lost. */
  color?: string;
  send(proof: Proof): Promise<Answer>;
  onDone(answer: Answer): void;
  onCancel?(): void;
  testId: string;
}

/** What takes a proof and nothing else. */
export function ProofForm<Answer>({
  account,
  children,
  color,
  send,
  onDone,
  onCancel,
  testId,
}: Props<Answer>) {
  const sending = useMutation({
    mutationFn: async () => send(await proof.make()),
    onSuccess: onDone,
  });
  const proof = useProof(account, sending.error, testId);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (proof.ready) sending.mutate();
  };
  return (
    <form noValidate onSubmit={submit} data-testid={`${testId}-form`}>
      <Stack gap="sm">
        <ErrorNotice error={sending.error} fields={PROOF_FIELDS} />
        {proof.fields}
        <Group>
          <Button
            type="submit"
            {...(color && { color })}
            loading={sending.isPending}
            disabled={!proof.ready}
            data-testid={`${testId}-submit`}
          >
            {children}
          </Button>
          {onCancel && (
            <Button variant="subtle" color="gray" onClick={onCancel}>
              Cancel
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
