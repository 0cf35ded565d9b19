import { describe, expect, it } from 'vitest';
import type { Problem } from './client';
import { isDenial, isFinal } from './problem';

const problem = (kind: string): Problem => ({
  type: `urn:vedette:problem:${kind}`,
  title: '',
  status: 0,
  detail: '',
});

describe('what ends a channel', () => {
  it.each([
    ['not_permitted', true, true],
    ['outside_schedule', true, true],
    ['outside_network', true, true],
    ['wrong_client_kind', true, true],
    ['not_found', false, true],
    ['unavailable', false, false],
  ])('%s: denial %s, final %s', (kind, denial, final) => {
    expect(isDenial(problem(kind))).toBe(denial);
    expect(isFinal(problem(kind))).toBe(final);
  });

  it('may be nothing at all', () => {
    expect(isFinal(undefined)).toBe(false);
  });
});
