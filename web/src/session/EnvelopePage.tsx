import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '../api/client';
import { ApiError, dataOf, messageAt } from '../api/problem';
import { formatSeconds } from '../ui/format';
import { Notice } from '../ui/Notice';
import { DoorPage } from './DoorPage';
import { enter } from './enter';
import { useCountdown } from './useCountdown';

/** The code of a sealed envelope alone signs in, once, and everybody who administers is told. */
export function EnvelopePage({ onBack }: { onBack(): void }) {
  const queryClient = useQueryClient();
  const [code, setCode] = useState('');
  const [retryAt, setRetryAt] = useState(0);
  const wait = useCountdown(retryAt);
  const open = useMutation({
    mutationFn: () => dataOf(api.POST('/api/v1/session/break-glass', { body: { code: code.trim() } })),
    onSuccess: (session) => enter(queryClient, session),
    onError: (error) => {
      if (error instanceof ApiError && error.retryAfterSeconds !== undefined)
        setRetryAt(Date.now() + error.retryAfterSeconds * 1000);
    },
  });
  const atCode = messageAt(open.error, 'code');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (code.trim() && wait === 0) open.mutate();
  };
  return (
    <DoorPage
      title="Sealed envelope"
      intro="For emergencies: the code on the page in the envelope opens the break-glass account."
    >
      <form noValidate onSubmit={submit} data-testid="envelope-form">
        <Stack>
          <Notice tone="wait">
            All administrators are told at once, and it stands in the audit log. The code works this one time.
          </Notice>
          {open.error && !atCode && (
            <Notice>
              {open.error.message}
              {wait > 0 && <> You can try again in {formatSeconds(wait)}.</>}
            </Notice>
          )}
          <TextInput
            label="Code"
            description="Six groups of four. How they are written does not matter."
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={64}
            data-autofocus
            value={code}
            onChange={(event) => {
              setCode(event.currentTarget.value);
              if (atCode) open.reset();
            }}
            error={atCode}
            data-testid="envelope-code-typed"
          />
          <Button
            type="submit"
            size="md"
            loading={open.isPending}
            disabled={!code.trim() || wait > 0}
            data-testid="envelope-submit"
          >
            Open the account
          </Button>
          <Button variant="subtle" color="gray" onClick={onBack} data-testid="envelope-back">
            Back to sign-in
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}
