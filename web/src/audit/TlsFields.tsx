import { AuthoritiesInput, PemInput } from '../ui/PemInput';
import type { SyslogValues } from './syslogWords';

interface Props {
  values: SyslogValues;
  change(part: Partial<SyslogValues>): void;
  /** What the server says of a field. */
  at(field: string): string | undefined;
  /** A private key is kept already. */
  hasKey: boolean;
}

/** Whom to trust, and what to show. */
export function TlsFields({ values, change, at, hasKey }: Props) {
  return (
    <>
      <AuthoritiesInput
        value={values.authorities}
        onChange={(event) => change({ authorities: event.currentTarget.value })}
        error={at('ca_pem')}
        data-testid="syslog-ca"
      />
      <PemInput
        label="Certificate to show"
        description="PEM, only where the server asks for one."
        value={values.certificate}
        onChange={(event) => change({ certificate: event.currentTarget.value })}
        error={at('client_certificate_pem')}
        data-testid="syslog-certificate"
      />
      {values.certificate.trim() && (
        <PemInput
          label="Its private key"
          description={
            hasKey
              ? 'PEM. It is kept sealed; leave it empty to keep the one that is there.'
              : 'PEM without a passphrase. It is kept sealed and never shown again.'
          }
          value={values.key}
          onChange={(event) => change({ key: event.currentTarget.value })}
          error={at('client_key_pem')}
          placeholder="-----BEGIN PRIVATE KEY-----"
          data-testid="syslog-key"
        />
      )}
    </>
  );
}
