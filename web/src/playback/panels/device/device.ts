/** How far a camera's clock is off, in words. Positive: it is ahead. */
export function describeOffset(seconds: number): string {
  const off = Math.abs(seconds);
  if (off < 2) return 'The camera’s clock is right.';
  const where = seconds > 0 ? 'ahead' : 'behind';
  const [count, unit] =
    off >= 2 * 86_400
      ? [off / 86_400, 'days']
      : off >= 7_200
        ? [off / 3_600, 'hours']
        : off >= 120
          ? [off / 60, 'minutes']
          : [off, 'seconds'];
  return `The camera’s clock is ${Math.floor(count)} ${unit} ${where}.`;
}

/** Servers are separated by commas, blanks or line ends. */
export const splitServers = (text: string) => text.split(/[\s,;]+/).filter((server) => server !== '');

/** A piece of a firmware file is one request. */
export const PIECE_BYTES = 512 * 1024;

/** Where the pieces of a file begin and end. */
export function piecesOf(bytes: number, piece = PIECE_BYTES): { start: number; end: number }[] {
  const pieces = [];
  for (let start = 0; start < bytes; start += piece)
    pieces.push({ start, end: Math.min(start + piece, bytes) });
  return pieces;
}
