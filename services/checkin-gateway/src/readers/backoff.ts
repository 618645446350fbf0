const firstMs = 500;
const longestMs = 60_000;

/**
 * How long to wait before dialling again, in milliseconds: longer after each failure in a row, up to a minute, and between a half and
 * the whole of it by `random` (0 to 1), so that the readers of a site do not all come at once.
 */
export function backoffMs(failures: number, random: number): number {
  const wholeMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 20));
  return Math.round(wholeMs * (0.5 + random / 2));
}
