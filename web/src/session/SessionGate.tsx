import { Button, Center, Loader, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { sessionQuery, setupQuery, signedOutQuery } from '../api/queries';
import { Notice } from '../ui/Notice';
import { ClaimPage } from './ClaimPage';
import { DoorPage } from './DoorPage';
import { SignInPage } from './SignInPage';

/**
 * Shows `children` to who is signed in. The address stays what it was behind claim and sign-in, so that one comes
 * back to where one wanted to go.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const session = useQuery(sessionQuery);
  const wasSignedIn = useRef(false);
  const { data: signedOut } = useQuery(signedOutQuery);
  const setup = useQuery({ ...setupQuery, enabled: session.data === null });
  useEffect(() => {
    if (session.data) wasSignedIn.current = true;
  }, [session.data]);
  // What was seen stays while the server is away: the banner inside says so.
  if (session.data) return children;
  const failed = session.data === undefined ? session : setup;
  if (failed.error) {
    return (
      <DoorPage title="No connection" intro="Vedette tries again by itself every few seconds.">
        <Stack>
          <Notice>{failed.error.message}</Notice>
          <Button variant="default" onClick={() => void failed.refetch()} loading={failed.isFetching}>
            Try now
          </Button>
        </Stack>
      </DoorPage>
    );
  }
  if (session.data === null && setup.data)
    return setup.data.claimed ? <SignInPage ended={wasSignedIn.current && !signedOut} /> : <ClaimPage />;
  return (
    <Center h="100dvh">
      <Loader aria-label="Loading" />
    </Center>
  );
}
