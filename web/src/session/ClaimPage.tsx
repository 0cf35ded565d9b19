import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { ApiError, dataOf } from '../api/problem';
import { justClaimedQuery, setupQuery } from '../api/queries';
import { Notice } from '../ui/Notice';
import { DoorPage } from './DoorPage';
import { enter } from './enter';
import { PASSWORD_ADVICE, passwordProblem } from './password';

const FIELDS = ['code', 'username', 'password'];

/** First start: the claim code makes whoever holds it the administrator. */
export function ClaimPage() {
  const queryClient = useQueryClient();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { code: '', username: '', password: '' },
    validate: {
      code: (value) => (value.trim() ? null : 'Enter the claim code that the server printed.'),
      username: (value) => (value.trim() ? null : 'Choose a user name.'),
      password: passwordProblem,
    },
  });
  const claim = useMutation({
    mutationFn: (values: typeof form.values) =>
      dataOf(
        api.POST('/api/v1/setup/claim', {
          body: { code: values.code.trim(), username: values.username.trim(), password: values.password },
        }),
      ),
    onSuccess: (session) => {
      queryClient.setQueryData(justClaimedQuery.queryKey, true);
      enter(queryClient, session);
      queryClient.setQueryData(setupQuery.queryKey, { claimed: true });
    },
    onError: (error) => {
      if (error instanceof ApiError && error.field && FIELDS.includes(error.field)) {
        form.setFieldError(error.field, error.message);
      }
      // Somebody else may have claimed it meanwhile.
      void queryClient.invalidateQueries({ queryKey: setupQuery.queryKey });
    },
  });
  const error = claim.error;
  const atField = error instanceof ApiError && error.field !== undefined && FIELDS.includes(error.field);
  return (
    <DoorPage
      title="Set up Vedette"
      intro="Create the first administrator. The claim code proves that you run this server."
    >
      <form noValidate onSubmit={form.onSubmit((values) => claim.mutate(values))} data-testid="claim-form">
        <Stack>
          {error && !atField && <Notice>{error.message}</Notice>}
          <TextInput
            label="Claim code"
            description="Printed in the terminal or the service’s log at first start; it works once."
            data-testid="claim-code"
            autoComplete="one-time-code"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={64}
            data-autofocus
            required
            key={form.key('code')}
            {...form.getInputProps('code')}
          />
          <TextInput
            label="User name"
            data-testid="claim-username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={64}
            required
            key={form.key('username')}
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label="Password"
            description={PASSWORD_ADVICE}
            data-testid="claim-password"
            autoComplete="new-password"
            required
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button type="submit" size="md" loading={claim.isPending} data-testid="claim-submit">
            Create and sign in
          </Button>
        </Stack>
      </form>
    </DoorPage>
  );
}
