import { Anchor, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { DoorPage } from './DoorPage';
import { SecondFactorChoice } from './SecondFactorChoice';
import { leave } from './leave';

/** Somebody who has to have a second factor and has none may do this, and nothing else. */
export function SetUpSecondFactorPage() {
  const queryClient = useQueryClient();
  return (
    <DoorPage
      title="Set up a second factor"
      intro="Your organisation asks for more than a password at sign-in: a code of an authenticator app, or a passkey. It takes a minute."
    >
      <Stack>
        <SecondFactorChoice onDone={() => void queryClient.invalidateQueries()} />
        <Anchor component="button" type="button" size="sm" onClick={() => leave(queryClient)}>
          Sign out
        </Anchor>
      </Stack>
    </DoorPage>
  );
}
