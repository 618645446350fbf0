import { median } from './statistics.ts';

export interface TimedRounds {
  /** How often a round repeats the work. */
  readonly repeat: number;
  readonly rounds: number;
}

/**
 * The median milliseconds of each piece of work. Rounds take turns, so that a disturbance of the machine meets all pieces alike;
 * half as many rounds before them warm up. Many short rounds are better than few long ones: another process that takes the core
 * then spoils some rounds, and the median does not see them.
 */
export function measureTimes<Name extends string>(
  works: Record<Name, () => unknown>,
  { repeat, rounds }: TimedRounds,
): Record<Name, number> {
  const entries = Object.entries<() => unknown>(works) as [Name, () => unknown][];
  const times = new Map<Name, number[]>(entries.map(([name]) => [name, []]));
  const warmUps = Math.ceil(rounds / 2);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [name, work] of entries) {
      const begun = performance.now();
      for (let index = 0; index < repeat; index++) kept = work();
      const spent = (performance.now() - begun) / repeat;
      if (round >= 0) times.get(name)?.push(spent);
    }
  }
  return Object.fromEntries(entries.map(([name]) => [name, median(times.get(name) ?? [])])) as Record<Name, number>;
}

/** The last result, kept so that no compiler may leave the work out. */
export let kept: unknown;
