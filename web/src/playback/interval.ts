import { dateFromTicks, ticksFromMs } from '../media/ticks';

const two = (value: number) => String(value).padStart(2, '0');

/** A moment as `<input type="datetime-local">` wants it: local time, to the second. */
export function toInput(ticks: number): string {
  const d = dateFromTicks(ticks);
  const day = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  return `${day}T${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** undefined when the input holds no moment. */
export function fromInput(text: string): number | undefined {
  const ms = new Date(text).getTime();
  return Number.isFinite(ms) ? ticksFromMs(ms) : undefined;
}

export function intervalProblem(
  start90k: number | undefined,
  end90k: number | undefined,
): string | undefined {
  if (start90k === undefined || end90k === undefined) return 'Enter both moments.';
  if (end90k <= start90k) return 'The end has to be after the beginning.';
  return undefined;
}

export function mediaUrl(cameraId: string, start90k: number, end90k: number): string {
  const query = new URLSearchParams({
    start_90k: String(start90k),
    end_90k: String(end90k),
    stream: 'main',
  });
  return `/api/v1/cameras/${encodeURIComponent(cameraId)}/recordings/media?${query}`;
}

/** Like "Front door 2026-11-21 14.03.20.mp4", without what file systems refuse. */
export function fileName(cameraName: string, start90k: number): string {
  const name = cameraName.replace(/[\\/:*?"<>|]/g, '_');
  return `${name} ${toInput(start90k).replace('T', ' ').replaceAll(':', '.')}.mp4`;
}
