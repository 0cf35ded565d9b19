import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, type PasskeyAssertion, type SecondPersonNeeded, type Session } from '../api/client';
import { dataOf } from '../api/problem';
import { PasskeyError, askForPasskey, obstacle } from './ceremony';

/** The server forgets a challenge after five minutes: a quiet offer is renewed before. */
const OFFER_MS = 4 * 60_000;

interface Asked {
  /** Only a passkey of this user will do. */
  username?: string;
  /** Of a sign-in whose password was right. */
  token?: string;
  /** That the browser has given already. */
  assertion?: PasskeyAssertion;
}

const begin = (body: { username?: string; token?: string }) =>
  dataOf(api.POST('/api/v1/session/passkey/challenge', { body }));

const canOffer = async () =>
  obstacle() === null && ((await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false);

/**
 * Sign-in with a passkey: `mutate` asks for one. With `quietly` the browser also offers them where it fills in the user
 * name, as long as nobody has been asked.
 */
export function usePasskeySignIn(
  onSignedIn: (answer: Session | SecondPersonNeeded) => void,
  quietly: boolean,
) {
  const offer = useRef<AbortController>(null);
  const [round, setRound] = useState(0);
  const signIn = useMutation({
    mutationFn: async ({ username, token, assertion }: Asked) => {
      if (!('PublicKeyCredential' in window)) throw new PasskeyError(obstacle() ?? '');
      offer.current?.abort(); // a browser asks for one thing at a time
      const given = assertion ?? (await askForPasskey(await begin({ username, token })));
      return dataOf(api.POST('/api/v1/session/passkey', { body: given }));
    },
    onSuccess: onSignedIn,
    onError: () => setRound((last) => last + 1),
  });
  const { mutate } = signIn;
  useEffect(() => {
    if (!quietly) return;
    const controller = new AbortController();
    offer.current = controller;
    const renewal = window.setTimeout(() => setRound((last) => last + 1), OFFER_MS);
    const wait = async () => {
      if (!(await canOffer()) || controller.signal.aborted) return;
      const request = await begin({});
      if (controller.signal.aborted) return;
      mutate({ assertion: await askForPasskey(request, controller.signal) });
    };
    // It is an offer: who does not take it, or can't have it, is not told.
    wait().catch(() => undefined);
    return () => {
      window.clearTimeout(renewal);
      controller.abort();
    };
  }, [quietly, round, mutate]);
  return signIn;
}
