import { Textarea, type TextareaProps } from '@mantine/core';

/** What is pasted: a certificate, or a key. */
export function PemInput(props: TextareaProps) {
  return (
    <Textarea
      autosize
      minRows={2}
      maxRows={6}
      spellCheck={false}
      placeholder="-----BEGIN CERTIFICATE-----"
      {...props}
    />
  );
}

/** The authorities that may vouch for a server. */
export function AuthoritiesInput(props: TextareaProps) {
  return (
    <PemInput
      label="Certificate authority"
      description="PEM. Empty: the authorities that this machine’s system trusts."
      {...props}
    />
  );
}
