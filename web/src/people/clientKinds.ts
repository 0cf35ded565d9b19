import type { ClientKind } from '../api/client';

interface KindWords {
  kind: ClientKind;
  label: string;
  /** In a sentence: "by a browser". */
  by: string;
}

/** By what somebody asks, in words. */
export const CLIENT_KINDS: KindWords[] = [
  { kind: 'web', label: 'Browser', by: 'a browser' },
  { kind: 'mobile', label: 'App on a phone', by: 'an app on a phone' },
  { kind: 'api', label: 'Program (API)', by: 'a program' },
  { kind: 'bridge', label: 'Bridge to another system', by: 'a bridge' },
];

/** What an API token can be made for: a browser signs in and takes none. */
export const TOKEN_KINDS = CLIENT_KINDS.filter(({ kind }) => kind !== 'web');

export const byKind = (kind: ClientKind): string => CLIENT_KINDS.find((one) => one.kind === kind)?.by ?? kind;
export const kindLabel = (kind: ClientKind): string =>
  CLIENT_KINDS.find((one) => one.kind === kind)?.label ?? kind;
