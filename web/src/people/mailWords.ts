import type { Mail, MailServerTest, Sms } from '../api/client';
import { formatMoment, sentence } from '../ui/format';

/** What the form has; an empty port is the usual one. */
export interface MailValues {
  host: string;
  port: number | '';
  security: 'tls' | 'starttls';
  from: string;
  user: string;
  password: string;
  authorities: string;
}

export const usualMailPort = (security: MailValues['security']): number => (security === 'tls' ? 465 : 587);

export function mailValuesOf(server: Mail['server']): MailValues {
  return {
    host: server?.host ?? '',
    port: server?.port ?? '',
    security: server?.security ?? 'starttls',
    from: server?.from ?? '',
    user: server?.user ?? '',
    password: '',
    authorities: server?.ca_pem ?? '',
  };
}

/** Without a password the one that is kept stays. */
export function mailBodyOf(values: MailValues): Omit<MailServerTest, 'to'> {
  return {
    host: values.host.trim(),
    ...(values.port !== '' && { port: values.port }),
    security: values.security,
    from: values.from.trim(),
    user: values.user.trim(),
    ...(values.password && { password: values.password }),
    ca_pem: values.authorities.trim() ? values.authorities : '',
  };
}

/** How it is with mail, in a sentence. */
export function mailSummary({ server, last_sent_90k, problem }: Mail): {
  tone: 'quiet' | 'good' | 'bad';
  text: string;
} {
  if (!server) return { tone: 'quiet', text: 'None. Vedette sends no mail.' };
  if (problem) return { tone: 'bad', text: sentence(problem) };
  const last = last_sent_90k === null ? '' : ` Last sent ${formatMoment(last_sent_90k)}.`;
  return { tone: 'good', text: `${server.host}, as ${server.from}.${last}` };
}

/** The same of short messages; of the address, the server is what matters. */
export function smsSummary({ webhook, last_sent_90k, problem }: Sms): {
  tone: 'quiet' | 'good' | 'bad';
  text: string;
} {
  if (!webhook) return { tone: 'quiet', text: 'None. Vedette sends no short messages.' };
  if (problem) return { tone: 'bad', text: sentence(problem) };
  const last = last_sent_90k === null ? '' : ` Last sent ${formatMoment(last_sent_90k)}.`;
  return { tone: 'good', text: `${webhook.url.replace(/^https:\/\//, '').replace(/[/?].*$/, '')}.${last}` };
}
