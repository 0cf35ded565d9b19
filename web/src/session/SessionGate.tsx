import { Button, Center, Loader, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { justClaimedQuery, sessionQuery, setupQuery, signedOutQuery } from '../api/queries';
import { Notice } from '../ui/Notice';
import { ClaimPage } from './ClaimPage';
import { DoorPage } from './DoorPage';
import { OfferSecondFactorPage } from './OfferSecondFactorPage';
import { SetUpSecondFactorPage } from './SetUpSecondFactorPage';
import { EnvelopePage } from './EnvelopePage';
import { InvitationPage } from './InvitationPage';
import { SignInPage } from './SignInPage';

/**
 * Shows `children` to who is signed in. The address stays what it was behind claim and sign-in, so that one comes
 * back to where one wanted to go.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const session = useQuery(sessionQuery);
  const queryClient = useQueryClient();
  const wasSignedIn = useRef(false);
  const { data: justClaimed } = useQuery(justClaimedQuery);
  const { data: signedOut } = useQuery(signedOutQuery);
  const [way, setWay] = useState<'invitation' | 'envelope'>();
  const setup = useQuery({ ...setupQuery, enabled: session.data === null });
  useEffect(() => {
    if (!session.data) return;
    wasSignedIn.current = true;
    setWay(undefined);
  }, [session.data]);
  // What was seen stays while the server is away: the banner inside says so.
  if (session.data?.second_factor === 'required') return <SetUpSecondFactorPage />;
  if (session.data && justClaimed)
    return (
      <OfferSecondFactorPage onDone={() => queryClient.setQueryData(justClaimedQuery.queryKey, false)} />
    );
  if (session.data) return children;
  const failed = session.data === undefined ? session : setup;
  if (failed.error) {
    return (
      <DoorPage
        title={signedOut ? 'Signed out' : 'No connection'}
        intro={
          signedOut
            ? 'Nothing is shown here any more. The server can’t be reached; it ends the session as soon as it can.'
            : 'Vedette tries again by itself every few seconds.'
        }
      >
        <Stack>
          <Notice>{failed.error.message}</Notice>
          <Button variant="default" onClick={() => void failed.refetch()} loading={failed.isFetching}>
            Try now
          </Button>
        </Stack>
      </DoorPage>
    );
  }
  if (session.data === null && setup.data) {
    if (!setup.data.claimed) return <ClaimPage />;
    if (way === 'invitation') return <InvitationPage onBack={() => setWay(undefined)} />;
    if (way === 'envelope') return <EnvelopePage onBack={() => setWay(undefined)} />;
    return (
      <SignInPage
        ended={wasSignedIn.current && !signedOut}
        onInvitation={() => setWay('invitation')}
        onEnvelope={() => setWay('envelope')}
      />
    );
  }
  return (
    <Center h="100dvh">
      <Loader aria-label="Loading" />
    </Center>
  );
}
