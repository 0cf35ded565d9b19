import { PemInput } from '../ui/PemInput';

interface Props {
  value: string;
  onChange(text: string): void;
  error?: string | undefined;
}

/** A client's certificate, or what is enough to know it again. */
export function CertificateInput({ value, onChange, error }: Props) {
  return (
    <PemInput
      label="Certificate"
      description="Paste it (PEM), or its SHA-256 as “openssl x509 -fingerprint -sha256” shows it. The private key stays where it is."
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      minRows={3}
      maxRows={10}
      required
      autoComplete="off"
      data-testid="certificate"
    />
  );
}
