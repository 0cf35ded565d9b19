import { describe, expect, it } from 'vitest';
import { mailBodyOf, mailSummary, mailValuesOf, smsSummary, usualMailPort } from './mailWords';

const server = {
  host: 'mail.example.org',
  port: 587,
  security: 'starttls' as const,
  from: 'vedette@example.org',
  user: 'vedette',
  has_password: true,
  ca_pem: '',
};

describe('the mail server', () => {
  it('is told in a sentence', () => {
    expect(mailSummary({ server: null, sent: 0, last_sent_90k: null, problem: '' }).text).toMatch(/no mail/);
    expect(mailSummary({ server, sent: 0, last_sent_90k: null, problem: '' })).toEqual({
      tone: 'good',
      text: 'mail.example.org, as vedette@example.org.',
    });
    expect(mailSummary({ server, sent: 1, last_sent_90k: 9, problem: 'it refuses us' }).tone).toBe('bad');
  });

  it('keeps its password where none is typed, and has usual ports', () => {
    const body = mailBodyOf({ ...mailValuesOf(server), port: '' });
    expect(body).not.toHaveProperty('password');
    expect(body).not.toHaveProperty('port');
    expect(mailBodyOf({ ...mailValuesOf(null), password: 'x' }).password).toBe('x');
    expect([usualMailPort('tls'), usualMailPort('starttls')]).toEqual([465, 587]);
  });

  it('of short messages is told without what its address says', () => {
    const webhook = { url: 'https://sms.example.org:8443/send?key=1', has_secret: true, ca_pem: '' };
    expect(smsSummary({ webhook, sent: 0, last_sent_90k: null, problem: '' }).text).toBe(
      'sms.example.org:8443.',
    );
    expect(smsSummary({ webhook: null, sent: 0, last_sent_90k: null, problem: '' }).tone).toBe('quiet');
  });
});
