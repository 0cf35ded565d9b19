import { Badge, Button, Group, PasswordInput, Skeleton, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type Account, type OwnSession } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { accountQuery, sessionQuery } from '../api/queries';
import { passwordProblem } from '../session/password';
import { formatMoment } from '../ui/format';
import { IconDeviceDesktop, IconDeviceMobile } from '../ui/icons';
import { ErrorNotice } from '../ui/ErrorNotice';
import { Notice } from '../ui/Notice';
import { usePageTitle } from '../ui/usePageTitle';
import classes from './Account.module.css';
import { ApiTokens } from './ApiTokens';
import { AuthenticatorSetup } from './AuthenticatorSetup';
import { clientName, isPhone } from './client';
import { useSecondFactor } from './useSecondFactor';
import { MailAddress } from './MailAddress';
import { Passkeys } from './Passkeys';
import { ProofForm } from './ProofForm';
import { useRefreshAccount } from './useRefreshAccount';

function Authenticator({ account }: { account: Account }) {
  const refreshAccount = useRefreshAccount();
  const [opened, setOpened] = useState(false);
  const refresh = () => {
    setOpened(false);
    refreshAccount();
  };
  if (account.authenticator)
    return (
      <Stack gap="sm" align="flex-start">
        <Text>
          Sign-in asks for a code of your authenticator app.{' '}
          {account.recovery_codes_left === 0
            ? 'No recovery codes are left: remove the app and set it up again to get new ones.'
            : `${account.recovery_codes_left} recovery codes are left.`}
        </Text>
        {opened ? (
          <ProofForm
            account={account}
            color="red"
            send={(body) => dataOf(api.POST('/api/v1/account/authenticator/remove', { body }))}
            onDone={refresh}
            onCancel={() => setOpened(false)}
            testId="authenticator-removal"
          >
            Remove
          </ProofForm>
        ) : (
          <Button variant="default" onClick={() => setOpened(true)} data-testid="authenticator-remove">
            Remove the app
          </Button>
        )}
      </Stack>
    );
  return (
    <Stack gap="sm" align="flex-start">
      <Text>
        A code of an app on your phone, besides the password: whoever learns your password can’t sign in with
        it alone.
      </Text>
      {opened ? (
        <AuthenticatorSetup account={account} onDone={refresh} />
      ) : (
        <Button onClick={() => setOpened(true)} data-testid="authenticator-set-up">
          Set up
        </Button>
      )}
    </Stack>
  );
}

function ChangePassword({ account }: { account: Account }) {
  const [oldPassword, setOldPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const change = useMutation({
    mutationFn: async () =>
      dataOf(
        api.PUT('/api/v1/account/password', {
          body: { old_password: oldPassword, new_password: newPassword, ...(await secondFactor.make()) },
        }),
      ),
    onSuccess: () => {
      setOldPassword('');
      setNewPassword('');
      secondFactor.clear();
      notifications.show({ message: 'Your password was changed. Other sessions have ended.' });
    },
  });
  // A code by mail is none here: it is for who has nothing better.
  const secondFactor = useSecondFactor({ ...account, mail_code: false }, change.error, 'password');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = passwordProblem(newPassword);
    setProblem(wrong);
    if (!wrong && oldPassword && secondFactor.ready) change.mutate();
  };
  return (
    <form noValidate onSubmit={submit} data-testid="password-form">
      <Stack gap="sm" align="stretch">
        <ErrorNotice error={change.error} fields={['old_password', 'new_password', 'code']} />
        {/* So that a password manager knows whose password it is. */}
        <input type="text" hidden readOnly autoComplete="username" value={account.username} />
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          maxLength={256}
          value={oldPassword}
          onChange={(event) => setOldPassword(event.currentTarget.value)}
          error={messageAt(change.error, 'old_password')}
          data-testid="old-password"
        />
        <PasswordInput
          label="New password"
          description="15 characters or more. A few unrelated words are strong and easy to keep."
          autoComplete="new-password"
          value={newPassword}
          onChange={(event) => setNewPassword(event.currentTarget.value)}
          error={problem ?? messageAt(change.error, 'new_password')}
          data-testid="new-password"
        />
        {secondFactor.fields}
        <Group>
          <Button
            type="submit"
            loading={change.isPending}
            disabled={!oldPassword || !newPassword || !secondFactor.ready}
            data-testid="change-password"
          >
            Change the password
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function SessionRow({ session, onEnd, busy }: { session: OwnSession; onEnd(): void; busy: boolean }) {
  const Icon = isPhone(session.client) ? IconDeviceMobile : IconDeviceDesktop;
  return (
    <li className={classes.session} data-testid="own-session">
      <Icon size={20} stroke={1.6} aria-hidden="true" />
      <div>
        <Group gap="xs">
          <Text>{clientName(session.client)}</Text>
          {session.this_one && (
            <Badge variant="default" size="sm">
              this one
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed" className="tabular">
          {session.address || 'address not known'} · since {formatMoment(session.created_90k)}
        </Text>
      </div>
      {!session.this_one && (
        <Button
          variant="default"
          size="xs"
          onClick={onEnd}
          loading={busy}
          aria-label={`Sign out ${clientName(session.client)} at ${session.address}`}
        >
          Sign out
        </Button>
      )}
    </li>
  );
}

function Sessions({ account }: { account: Account }) {
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: accountQuery.queryKey });
  const end = useMutation({
    mutationFn: (id: string) =>
      dataOf(api.DELETE('/api/v1/account/sessions/{session_id}', { params: { path: { session_id: id } } })),
    onSettled: refresh,
  });
  const endOthers = useMutation({
    mutationFn: () => dataOf(api.DELETE('/api/v1/account/sessions')),
    onSettled: refresh,
  });
  const error = end.error ?? endOthers.error;
  return (
    <Stack gap="sm" align="stretch">
      {error && <Notice>{error.message}</Notice>}
      <ul className={classes.sessions}>
        {account.sessions.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            onEnd={() => end.mutate(session.id)}
            busy={end.isPending && end.variables === session.id}
          />
        ))}
      </ul>
      {account.sessions.length > 1 && (
        <Group>
          <Button
            variant="default"
            onClick={() => endOthers.mutate()}
            loading={endOthers.isPending}
            data-testid="end-others"
          >
            Sign out everywhere else
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** What users do to their own account. */
export function AccountPage() {
  usePageTitle('Your account');
  const { data: account, error } = useQuery(accountQuery);
  const { data: session } = useQuery(sessionQuery);
  return (
    <Stack gap="xl" className={classes.page}>
      <div>
        <Title order={1} size="h2">
          Your account
        </Title>
        {session && (
          <Text size="sm" c="dimmed">
            {[session.username, ...new Set(session.roles)].join(', ')}
          </Text>
        )}
      </div>
      {!account && error && <Notice>{error.message}</Notice>}
      {!account && !error && <Skeleton height={240} radius="lg" />}
      {account && (
        <>
          <section aria-labelledby="passkeys">
            <Title order={2} size="h4" mb="sm" id="passkeys">
              Passkeys
            </Title>
            <Passkeys account={account} />
          </section>
          <section aria-labelledby="second-factor" className={classes.section}>
            <Title order={2} size="h4" mb="sm" id="second-factor">
              Authenticator app
            </Title>
            <Authenticator account={account} />
          </section>
          <section aria-labelledby="mail-section" className={classes.section}>
            <Title order={2} size="h4" mb="sm" id="mail-section">
              Messages about your account
            </Title>
            <MailAddress account={account} />
          </section>
          <section aria-labelledby="password" className={classes.section}>
            <Title order={2} size="h4" mb="sm" id="password">
              Password
            </Title>
            <ChangePassword account={account} />
          </section>
          <section aria-labelledby="sessions" className={classes.section}>
            <Title order={2} size="h4" mb="sm" id="sessions">
              Where you are signed in
            </Title>
            <Sessions account={account} />
          </section>
          <section aria-labelledby="api-tokens" className={classes.section}>
            <Title order={2} size="h4" mb="sm" id="api-tokens">
              API tokens
            </Title>
            <ApiTokens account={account} />
          </section>
        </>
      )}
    </Stack>
  );
}
