import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Drive, HOLD_MS, REPEAT_MS, type Vector } from './drive';

const right: Vector = { pan: 1, tilt: 0, zoom: 0 };
const up: Vector = { pan: 0, tilt: 1, zoom: 0 };

function recorder() {
  const said: string[] = [];
  let release: (() => void) | undefined;
  let slow = false;
  const drive = new Drive({
    move: (vector, holdMs) => {
      expect(holdMs).toBe(HOLD_MS);
      said.push(`move ${vector.pan} ${vector.tilt}`);
      return slow ? new Promise((resolve) => (release = resolve)) : Promise.resolve();
    },
    stop: (urgent) => {
      said.push(urgent ? 'stop at once' : 'stop');
      return Promise.resolve();
    },
    onError: (error) => said.push(`error ${String(error)}`),
  });
  return { said, drive, slowDown: () => (slow = true), release: () => release?.() };
}

describe('Drive', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('says a held direction again before the gateway stops the camera', async () => {
    const { said, drive } = recorder();
    drive.hold(right);
    await vi.advanceTimersByTimeAsync(2 * REPEAT_MS + 1);
    expect(said).toEqual(['move 1 0', 'move 1 0', 'move 1 0']);
    expect(REPEAT_MS * 3).toBeLessThan(HOLD_MS);
    drive.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(said.slice(3)).toEqual(['stop']);
  });

  it('says another direction at once', async () => {
    const { said, drive } = recorder();
    drive.hold(right);
    await vi.advanceTimersByTimeAsync(10);
    drive.hold(up);
    await vi.advanceTimersByTimeAsync(10);
    expect(said).toEqual(['move 1 0', 'move 0 1']);
  });

  it('sends the stop after the move that is under way, never before', async () => {
    const { said, drive, slowDown, release } = recorder();
    slowDown();
    drive.hold(right);
    drive.stop();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(said).toEqual(['move 1 0']);
    release();
    await vi.advanceTimersByTimeAsync(1);
    expect(said).toEqual(['move 1 0', 'stop']);
  });

  it('does not wait when the page goes away', async () => {
    const { said, drive, slowDown } = recorder();
    drive.abandon();
    expect(said).toEqual([]);
    slowDown();
    drive.hold(right);
    await vi.advanceTimersByTimeAsync(1);
    drive.abandon();
    expect(said).toEqual(['move 1 0', 'stop at once']);
  });

  it('a failed move ends it, and stops', async () => {
    const said: string[] = [];
    const drive = new Drive({
      move: () => Promise.reject(new Error('gone')),
      stop: () => {
        said.push('stop');
        return Promise.resolve();
      },
      onError: (error) => said.push(String(error)),
    });
    drive.hold(right);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(said).toEqual(['Error: gone', 'stop']);
  });

  it('no direction is a stop', async () => {
    const { said, drive } = recorder();
    drive.hold(right);
    await vi.advanceTimersByTimeAsync(1);
    drive.hold({ pan: 0, tilt: 0, zoom: 0 });
    await vi.advanceTimersByTimeAsync(1);
    expect(said).toEqual(['move 1 0', 'stop']);
  });
});
