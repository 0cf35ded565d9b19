import type { AuditStream, AuditStreamTarget } from '../api/client';
import { sentence } from '../ui/format';

export interface Summary {
  tone: 'quiet' | 'good' | 'wait' | 'bad';
  text: string;
}

const entries = (count: number) => (count === 1 ? '1 entry waits' : `${count} entries wait`);

/** How far the sending came, in one or two sentences. */
export function summaryOf(stream: AuditStream): Summary {
  const { target, state, waiting, problem } = stream;
  if (!target)
    return {
      tone: 'quiet',
      text: 'Entries stay on this machine. A syslog server can get each as it is written.',
    };
  const where = `${target.host}, port ${target.port}`;
  if (state === 'failing') {
    if (waiting === 0) return { tone: 'bad', text: sentence(problem) };
    return { tone: 'bad', text: `${entries(waiting)}: ${sentence(problem)} None is lost.` };
  }
  if (waiting === 0)
    return state === 'sending'
      ? { tone: 'good', text: `Everything is at ${where}.` }
      : { tone: 'wait', text: `Connecting to ${where} …` };
  return { tone: 'wait', text: `${entries(waiting)} to be sent to ${where}.` };
}

export interface SyslogValues {
  host: string;
  port: number | '';
  transport: 'tls' | 'tcp';
  inClear: boolean;
  wording: 'sentence' | 'cef';
  authorities: string;
  certificate: string;
  key: string;
  fromBeginning: boolean;
}

export function valuesOf(target: AuditStream['target']): SyslogValues {
  return {
    host: target?.host ?? '',
    port: target?.port ?? '',
    transport: target?.transport ?? 'tls',
    inClear: target?.allow_in_clear ?? false,
    wording: target?.wording ?? 'sentence',
    authorities: target?.ca_pem ?? '',
    certificate: target?.client_certificate_pem ?? '',
    key: '',
    fromBeginning: false,
  };
}

export const usualPort = (transport: SyslogValues['transport']) => (transport === 'tls' ? 6514 : 601);

/** What does not belong to the chosen transport is left out, and a key that was not entered again stays as it is. */
export function bodyOf(values: SyslogValues): AuditStreamTarget {
  const body: AuditStreamTarget = {
    host: values.host.trim(),
    port: values.port === '' ? usualPort(values.transport) : values.port,
    transport: values.transport,
    allow_in_clear: values.transport === 'tcp' && values.inClear,
    wording: values.wording,
    from_beginning: values.fromBeginning,
  };
  if (values.transport === 'tcp') return body;
  return {
    ...body,
    ca_pem: values.authorities.trim(),
    client_certificate_pem: values.certificate.trim(),
    ...(values.key.trim() && { client_key_pem: values.key.trim() }),
  };
}
