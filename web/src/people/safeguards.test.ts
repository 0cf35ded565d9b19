import { describe, expect, it } from 'vitest';
import { chosenFor, withChosen, type Takes } from './safeguards';

describe('what an action takes', () => {
  it.each<Takes>(['nothing', 'step_up', 'second_person', 'both'])('is %s as it was chosen', (takes) => {
    const before = withChosen([], 'lift_hold', 'both');
    const after = withChosen(before, 'remove_camera', takes);
    expect(chosenFor(after, 'remove_camera')).toBe(takes);
    expect(chosenFor(after, 'lift_hold')).toBe('both');
  });

  it('is left out when it is nothing', () => {
    expect(withChosen(withChosen([], 'lift_hold', 'both'), 'lift_hold', 'nothing')).toEqual([]);
  });
});
