import { Anchor, Button, Divider, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AddPasskey } from '../account/AddPasskey';
import { AuthenticatorSetup } from '../account/AuthenticatorSetup';
import { obstacle } from '../passkeys/ceremony';
import { DoorPage } from './DoorPage';
import { leave } from './leave';

/** Somebody who has to have a second factor and has none may do this, and nothing else. */
export function SetUpSecondFactorPage() {
  const queryClient = useQueryClient();
  const [byPasskey, setByPasskey] = useState(false);
  const inTheWay = obstacle();
  const done = () => void queryClient.invalidateQueries();
  return (
    <DoorPage
      title="Set up a second factor"
      intro="Your organisation asks for more than a password at sign-in: a code of an authenticator app, or a passkey. It takes a minute."
    >
      <Stack>
        {byPasskey ? (
          <AddPasskey onDone={done} onCancel={() => setByPasskey(false)} />
        ) : (
          <>
            <AuthenticatorSetup onDone={done} />
            <Divider label="or" />
            {inTheWay ? (
              <Text size="sm" c="dimmed">
                {inTheWay}
              </Text>
            ) : (
              <Button variant="default" onClick={() => setByPasskey(true)} data-testid="passkey-add">
                Add a passkey
              </Button>
            )}
          </>
        )}
        <Anchor component="button" type="button" size="sm" onClick={() => leave(queryClient)}>
          Sign out
        </Anchor>
      </Stack>
    </DoorPage>
  );
}
