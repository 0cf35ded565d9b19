import type { CameraEvent } from '../api/client';
import { TICKS_PER_SECOND } from '../media/ticks';
import { formatSpan } from '../ui/format';

export type EventKind = CameraEvent['kind'];

export const KIND_WORDS: Record<EventKind, string> = {
  motion: 'Motion',
  tamper: 'Tampering',
  digital_input: 'Digital input',
  relay_output: 'Relay output',
  sound: 'Sound',
  analytics: 'Analytics',
  device: 'Device',
  other: 'Other',
};

/** One line below the time: which input or rule, else what the camera calls it. */
export function describeSource(event: CameraEvent): string {
  return event.source || event.topic.split('/').at(-1) || 'The camera gives no name.';
}

/** How long it lasted, in words; empty for a moment. */
export function describeSpan(event: CameraEvent, now90k: number): string {
  if (event.end_90k === null)
    return `for ${formatSpan(event.start_90k, Math.max(now90k, event.start_90k))} now`;
  if (event.end_90k - event.start_90k < TICKS_PER_SECOND / 2) return '';
  return formatSpan(event.start_90k, event.end_90k);
}

/** Events as intervals on the timeline, sorted; one that lasts reaches to `now90k`. */
export function marksOfEvents(events: CameraEvent[], now90k: number, kinds: (kind: EventKind) => boolean) {
  return events
    .filter((event) => kinds(event.kind))
    .map((event) => ({
      start_90k: event.start_90k,
      end_90k: Math.max(event.end_90k ?? now90k, event.start_90k + 1),
    }))
    .sort((a, b) => a.start_90k - b.start_90k);
}

/** The event at `moment90k`, or within `tolerance90k` of it: the latest that began. */
export function eventAt(
  events: CameraEvent[],
  moment90k: number,
  tolerance90k: number,
  now90k: number,
): CameraEvent | undefined {
  const near = events.filter(
    (event) =>
      event.start_90k <= moment90k + tolerance90k && (event.end_90k ?? now90k) >= moment90k - tolerance90k,
  );
  return near.at(-1);
}
