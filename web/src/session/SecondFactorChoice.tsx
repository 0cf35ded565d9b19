import { Button, Divider, Text } from '@mantine/core';
import { useState } from 'react';
import { AddPasskey } from '../account/AddPasskey';
import { AuthenticatorSetup } from '../account/AuthenticatorSetup';
import { obstacle } from '../passkeys/ceremony';

/** An authenticator app or a passkey, for somebody who has neither. */
export function SecondFactorChoice({ onDone }: { onDone(): void }) {
  const [byPasskey, setByPasskey] = useState(false);
  const inTheWay = obstacle();
  if (byPasskey) return <AddPasskey onDone={onDone} onCancel={() => setByPasskey(false)} />;
  return (
    <>
      <AuthenticatorSetup onDone={onDone} />
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
  );
}
