/** Pan to the right, tilt upwards, zoom into the picture; from -1 to 1 each. */
export interface Vector {
  pan: number;
  tilt: number;
  zoom: number;
}

export interface DriveActions {
  /** Moves the camera for `holdMs`. */
  move(vector: Vector, holdMs: number): Promise<void>;
  /** `urgent`: the page is going away. */
  stop(urgent: boolean): Promise<void>;
  onError(error: unknown): void;
}

/** The gateway stops the camera when it hears nothing for this long. */
export const HOLD_MS = 1_000;
/** How often a held direction is said again. */
export const REPEAT_MS = 300;

/**
 * Moves a camera for as long as a direction is held. One request is under way at a time, so that a stop never
 * overtakes a move.
 */
export class Drive {
  private wanted: Vector | undefined;
  private running = false;
  private changed: (() => void) | undefined;

  constructor(private readonly actions: DriveActions) {}

  hold(vector: Vector) {
    const still = vector.pan === 0 && vector.tilt === 0 && vector.zoom === 0;
    if (still) {
      this.stop();
      return;
    }
    this.wanted = vector;
    this.changed?.();
    if (!this.running) void this.run();
  }

  stop() {
    this.wanted = undefined;
    this.changed?.();
  }

  /** When the page goes away: without waiting for what is under way. */
  abandon() {
    if (!this.running) return;
    this.stop();
    void this.actions.stop(true).catch(() => undefined);
  }

  private async run() {
    this.running = true;
    try {
      while (this.wanted) {
        const said = this.wanted;
        await this.actions.move(said, HOLD_MS);
        if (this.wanted === said) await this.pause();
      }
    } catch (error) {
      this.wanted = undefined;
      this.actions.onError(error);
    }
    await this.actions.stop(false).catch((error: unknown) => this.actions.onError(error));
    this.running = false;
    // Held again while the stop was under way.
    if (this.wanted) void this.run();
  }

  /** Until it is time to say it again, or something else is wanted. */
  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.changed?.(), REPEAT_MS);
      this.changed = () => {
        clearTimeout(timer);
        this.changed = undefined;
        resolve();
      };
    });
  }
}
