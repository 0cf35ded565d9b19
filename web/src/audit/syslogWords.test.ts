import { describe, expect, it } from 'vitest';
import type { AuditStream } from '../api/client';
import { bodyOf, summaryOf, valuesOf } from './syslogWords';

const target: NonNullable<AuditStream['target']> = {
  host: 'logs.example.org',
  port: 6514,
  transport: 'tls',
  allow_in_clear: false,
  wording: 'cef',
  ca_pem: 'CA',
  client_certificate_pem: 'CERT',
  has_client_key: true,
};
const stream = (more: Partial<AuditStream>): AuditStream => ({
  target,
  state: 'sending',
  waiting: 0,
  delivered: 3,
  last_delivered_90k: 90_000,
  problem: '',
  keep_names_days: 365,
  ...more,
});

describe('the sending to a syslog server', () => {
  it('is summed up in a sentence', () => {
    expect(summaryOf(stream({ target: null, state: 'off' }))).toMatchObject({ tone: 'quiet' });
    expect(summaryOf(stream({}))).toEqual({
      tone: 'good',
      text: 'Everything is at logs.example.org, port 6514.',
    });
    expect(summaryOf(stream({ state: 'connecting' })).tone).toBe('wait');
    expect(summaryOf(stream({ state: 'connecting', waiting: 1 })).text).toBe(
      '1 entry waits to be sent to logs.example.org, port 6514.',
    );
    expect(
      summaryOf(stream({ state: 'failing', waiting: 12, problem: '10.0.0.5:6514 refused the connection' })),
    ).toEqual({ tone: 'bad', text: '12 entries wait: 10.0.0.5:6514 refused the connection. None is lost.' });
  });

  it('keeps a key that was not entered again, and sends nothing that does not belong to the transport', () => {
    const values = valuesOf(target);
    expect(bodyOf(values)).toEqual({
      host: 'logs.example.org',
      port: 6514,
      transport: 'tls',
      allow_in_clear: false,
      wording: 'cef',
      ca_pem: 'CA',
      client_certificate_pem: 'CERT',
      from_beginning: false,
    });
    expect(bodyOf({ ...values, key: ' KEY ' }).client_key_pem).toBe('KEY');
    expect(bodyOf({ ...values, transport: 'tcp', port: '', inClear: true })).toEqual({
      host: 'logs.example.org',
      port: 601,
      transport: 'tcp',
      wording: 'cef',
      allow_in_clear: true,
      from_beginning: false,
    });
  });
});
