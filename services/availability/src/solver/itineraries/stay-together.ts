import { rotate } from '../combinations.ts';
import type { Area } from '../model.ts';
import { type AreaStay, assignAreas, canStayBeside } from './assign-areas.ts';
import { Work } from './work.ts';

/** A stay that is to be held, with who is there from when to when: guests do not stay for the buffer. */
export interface WantedStay {
  readonly stay: AreaStay;
  readonly guestIds: readonly string[];
  readonly startMs: number;
  readonly endMs: number;
}

/** Enough for any basket; a search that needed more would refuse what it could not decide. */
const stepsMax = 1_000_000;

/** The first reason why a stay can not be held beside others that can; undefined when it can. */
export function obstacleBeside(
  others: readonly WantedStay[],
  added: WantedStay,
): 'no_areas_available' | 'guest_unavailable' | undefined {
  const stays = others.map(({ stay }) => stay);
  if (!canStayBeside(stays, added.stay, new Work(stepsMax))) return 'no_areas_available';
  return others.some((other) => meet(other, added)) ? 'guest_unavailable' : undefined;
}

function meet(a: WantedStay, b: WantedStay): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs && a.guestIds.some((id) => b.guestIds.includes(id));
}

/** Up to `max` different ways for stays that can be held together, each with an area for every stay, the best first. */
export function waysToStay(stays: readonly AreaStay[], max: number): Area[][] {
  const work = new Work(stepsMax);
  const ways = new Map<string, Area[]>();
  for (let shift = 0; shift < max; shift++) {
    const chosen = assignAreas(
      stays.map((stay) => ({ ...stay, choices: rotate(stay.choices, shift) })),
      work,
    );
    if (chosen === undefined) break;
    const areas = chosen.map(({ area }) => area);
    ways.set(areas.map(({ id }) => id).join(), areas);
  }
  return [...ways.values()];
}
