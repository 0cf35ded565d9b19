export { sentence } from 'vedette-client';
import { dateFromTicks, TICKS_PER_SECOND } from '../media/ticks';

const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const momentFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export const formatClock = (ticks: number) => clockFormat.format(dateFromTicks(ticks));
export const formatDay = (ticks: number) => dayFormat.format(dateFromTicks(ticks));
export const formatMoment = (ticks: number) => momentFormat.format(dateFromTicks(ticks));

export function formatBitrate(bitsPerSecond: number): string {
  if (bitsPerSecond <= 0) return '–';
  if (bitsPerSecond < 1_000_000) return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
  return `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`;
}

export const formatRate = (perSecond: number) => (perSecond > 0 ? `${Math.round(perSecond)} fps` : '–');

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

/** Two figures at most: "45 seconds", "3 minutes", "2 h 5 min", "4 days". */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return plural(whole, 'second');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return plural(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? plural(hours, 'hour') : `${hours} h ${minutes % 60} min`;
  return plural(Math.floor(hours / 24), 'day');
}

export const formatSpan = (start90k: number, end90k: number) =>
  formatSeconds((end90k - start90k) / TICKS_PER_SECOND);

const SERVER_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** The times in what the server says, by the reader's clock and calendar. */
export const withLocalTimes = (text: string) =>
  text.replace(SERVER_TIME, (time) => momentFormat.format(new Date(time)));
