import { NativeSelect } from '@mantine/core';
import type { NewDevice } from '../api/client';
import { TOKEN_KINDS } from '../people/clientKinds';

export type TokenKind = NonNullable<NewDevice['client_kind']>;

/** For what kind of client a token or device is: roles can count by some kinds alone. */
export function KindSelect({ kind, onKind }: { kind: TokenKind; onKind(kind: TokenKind): void }) {
  return (
    <NativeSelect
      label="What it is for"
      description="Roles can count by some kinds of client alone."
      value={kind}
      data={TOKEN_KINDS.map((one) => ({ value: one.kind, label: one.label }))}
      onChange={(event) => onKind(event.currentTarget.value as TokenKind)}
      data-testid="token-kind"
    />
  );
}
