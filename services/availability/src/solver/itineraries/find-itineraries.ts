import type { CompiledSite } from '../compile-site.ts';
import type { Area } from '../model.ts';
import { assignAreas } from './assign-areas.ts';
import { assignResources, Joining } from './assign-resources.ts';
import { combinationOf } from './item-tasks.ts';
import { BestAnswers, type Rank } from './ranking.ts';
import { fitsBeside, type StartOption, startOptions } from './start-options.ts';
import type { Itinerary, ItineraryItem, Visit } from './visit.ts';
import { Work } from './work.ts';

/** The best itineraries of a visit. `truncated` says that the search gave up: each answer is good, but there may be others, and better ones. */
export interface FoundItineraries {
  readonly itineraries: readonly Itinerary[];
  readonly truncated: boolean;
}

/**
 * The best `max` ways to make a visit, one for each list of starts, ranked by total length, then idle time, then start. Items are placed in
 * the order of their starts; what cannot be held, cannot be in time or cannot be among the best any more is not followed. The search
 * stops after `steps` steps. The site is only read.
 */
export function findItineraries(
  site: CompiledSite,
  visit: Visit,
  { max, steps }: { readonly max: number; readonly steps: number },
): FoundItineraries {
  const work = new Work(steps);
  const answers = new BestAnswers<Itinerary>(max);
  const items = visit.items.map((item, index): Candidate => {
    const options = startOptions(site, visit, index);
    const lengthsMs = options.map(({ startMs, endMs }) => endMs - startMs);
    return { guestIds: [...new Set(item.guestIds)], options, minLengthMs: Math.min(...lengthsMs) };
  });
  if (items.length > 0 && items.every(({ options }) => options.length > 0)) {
    placeNext({ visit, items, work, joining: new Joining(work), answers, guests: guestsOf(items), placed: [] });
  }
  return { itineraries: answers.values, truncated: work.isSpent };
}

interface Candidate {
  readonly guestIds: readonly string[];
  readonly options: readonly StartOption[];
  readonly minLengthMs: number;
}

interface Search {
  readonly visit: Visit;
  readonly items: readonly Candidate[];
  readonly work: Work;
  readonly joining: Joining;
  readonly answers: BestAnswers<Itinerary>;
  readonly guests: ReadonlyMap<string, GuestProgress>;
  /** In the order of their starts. */
  readonly placed: Placed[];
}

interface Placed {
  readonly index: number;
  readonly option: StartOption;
}

/** How far a guest has come: what is still to be placed, and since when the guest has waited for it. */
interface GuestProgress {
  left: number;
  leftMs: number;
  endMs: number | undefined;
  idleMs: number;
}

const minuteMs = 60_000;

function guestsOf(items: readonly Candidate[]): Map<string, GuestProgress> {
  const guests = new Map<string, GuestProgress>();
  for (const { guestIds, minLengthMs } of items) {
    for (const id of guestIds) {
      const guest = guests.get(id) ?? { left: 0, leftMs: 0, endMs: undefined, idleMs: 0 };
      guests.set(id, { ...guest, left: guest.left + 1, leftMs: guest.leftMs + minLengthMs });
    }
  }
  return guests;
}

function placeNext(search: Search): void {
  const { items, placed, answers, work } = search;
  if (placed.length === items.length) return record(search);
  for (const next of nextStarts(search)) {
    // Starts come in order, so that all that follow are no better.
    if (answers.excludes(boundFrom(search, next.option.startMs))) return;
    if (!work.spend()) return;
    if (!fits(search, next)) continue;
    const undo = advanceGuests(search, next);
    placed.push(next);
    placeNext(search);
    placed.pop();
    undo();
    if (work.isSpent) return;
  }
}

/** The starts that may come next, in order. Items that start together come in the order of the list, so that no visit is met twice. */
function* nextStarts(search: Search): Generator<Placed> {
  const { items, placed } = search;
  const last = placed.at(-1);
  const latestMs = deadline(search);
  const cursors = items.flatMap(({ options }, index) => {
    const fromMs = earliest(search, index);
    if (fromMs === undefined) return [];
    const isLater = last !== undefined && index < last.index ? last.option.startMs + 1 : 0;
    return [{ index, options, position: firstFrom(options, Math.max(fromMs, isLater)) }];
  });
  for (;;) {
    let best: (typeof cursors)[number] | undefined;
    let bestMs = Number.POSITIVE_INFINITY;
    for (const cursor of cursors) {
      const startMs = cursor.options[cursor.position]?.startMs ?? Number.POSITIVE_INFINITY;
      if (startMs < bestMs) [best, bestMs] = [cursor, startMs];
    }
    const option = best?.options[best.position];
    if (best === undefined || option === undefined || bestMs > latestMs) return;
    best.position++;
    yield { index: best.index, option };
  }
}

/** From when on an item may start; undefined when it is placed, or when a guest has something else to do before. */
function earliest({ visit, items, placed, guests }: Search, index: number): number | undefined {
  const isPlaced = (other: number) => placed.some((entry) => entry.index === other);
  if (isPlaced(index)) return undefined;
  const { guestIds } = items[index] as Candidate;
  const comesFirst = ({ guestIds: others }: Candidate, other: number) =>
    other < index && !isPlaced(other) && others.some((id) => guestIds.includes(id));
  if (visit.order === 'fixed' && items.some(comesFirst)) return undefined;
  const ready = guestIds.map((id) => {
    const endMs = guests.get(id)?.endMs;
    return endMs === undefined ? Number.NEGATIVE_INFINITY : endMs + visit.minGapMinutes * minuteMs;
  });
  return Math.max(placed.at(-1)?.option.startMs ?? Number.NEGATIVE_INFINITY, ...ready);
}

/** The latest the next item of any guest may start: after it, somebody with something left has waited too long. */
function deadline({ visit, guests }: Search): number {
  if (visit.maxGapMinutes === null) return Number.POSITIVE_INFINITY;
  let latestMs = Number.POSITIVE_INFINITY;
  for (const { left, endMs } of guests.values())
    if (left > 0 && endMs !== undefined) latestMs = Math.min(latestMs, endMs + visit.maxGapMinutes * minuteMs);
  return latestMs;
}

/** The best rank that is left when nothing more starts before an instant. */
function boundFrom({ visit, items, placed, guests }: Search, fromMs: number): Rank {
  const gapMs = visit.minGapMinutes * minuteMs;
  const startMs = placed[0]?.option.startMs ?? fromMs;
  let endMs = fromMs;
  for (const { option } of placed) endMs = Math.max(endMs, option.endMs);
  for (const [index, { minLengthMs }] of items.entries())
    if (!placed.some((entry) => entry.index === index)) endMs = Math.max(endMs, fromMs + minLengthMs);
  let idleMs = 0;
  for (const guest of guests.values()) {
    idleMs += guest.idleMs;
    if (guest.left === 0) continue;
    const nextMs = guest.endMs === undefined ? fromMs : Math.max(fromMs, guest.endMs + gapMs);
    const gapsMs = (guest.left - 1) * gapMs;
    endMs = Math.max(endMs, nextMs + guest.leftMs + gapsMs);
    idleMs += gapsMs + (guest.endMs === undefined ? 0 : nextMs - guest.endMs);
  }
  return { lengthMs: endMs - startMs, idleMs, startMs };
}

/** Whether what an item takes at a start is free beside all that is placed. */
function fits(search: Search, { option }: Placed): boolean {
  const others = search.placed.map((entry) => entry.option);
  return fitsBeside(others, option, search);
}

/** Takes the guests of an item on to its end; the answer takes them back. */
function advanceGuests({ items, guests }: Search, { index, option }: Placed): () => void {
  const { guestIds, minLengthMs } = items[index] as Candidate;
  const before = guestIds.flatMap((id) => {
    const guest = guests.get(id);
    return guest === undefined ? [] : [{ guest, was: { ...guest } }];
  });
  for (const { guest } of before) {
    if (guest.endMs !== undefined) guest.idleMs += option.startMs - guest.endMs;
    guest.endMs = option.endMs;
    guest.left--;
    guest.leftMs -= minLengthMs;
  }
  return () => {
    for (const { guest, was } of before) Object.assign(guest, was);
  };
}

function record(search: Search): void {
  const { placed, answers, work } = search;
  const rank = boundFrom(search, placed.at(-1)?.option.startMs ?? 0);
  const options = placed.toSorted((a, b) => a.index - b.index).map(({ option }) => option);
  const starts = options.map(({ startMs }) => startMs);
  answers.offer(rank, starts, () => toItinerary(options, rank, work));
}

function toItinerary(options: readonly StartOption[], rank: Rank, work: Work): Itinerary | undefined {
  const deliveries = deliveriesOf(options, work);
  if (deliveries === undefined) return undefined;
  return {
    startMs: rank.startMs,
    endMs: rank.startMs + rank.lengthMs,
    idleMinutes: rank.idleMs / minuteMs,
    amountMinor: options.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    items: options.map(({ startMs, endMs, amountMinor }, index) => {
      const delivery = deliveries[index] as ItineraryItem['delivery'];
      return { startMs, endMs, amountMinor, delivery };
    }),
  };
}

/** What delivers each item beside all others. */
function deliveriesOf(options: readonly StartOption[], work: Work): ItineraryItem['delivery'][] | undefined {
  const tasks = options.flatMap((option) => (option.kind === 'appointment' ? option.tasks : []));
  const chosen = assignResources(tasks, work);
  const stays = options.flatMap((option) => (option.kind === 'area' ? option.stay : []));
  const areas = chosen && assignAreas(stays, work);
  if (chosen === undefined || areas === undefined) return undefined;
  const assigned = tasks.map((task, index) => ({ ...task, chosen: chosen[index] ?? [] }));
  const areaOf = new Map(stays.map((stay, index) => [stay, areas[index]?.area as Area]));
  return options.map((option, index): ItineraryItem['delivery'] => {
    if (option.kind === 'listed') return { kind: 'listed', start: option.start };
    if (option.kind === 'area') return { kind: 'area', area: areaOf.get(option.stay) as Area };
    const mine = assigned.filter(({ item }) => item === index);
    return { kind: 'appointment', combination: combinationOf(option.planned, option.bit, mine) };
  });
}

/** The position of the first option that starts at an instant or later. */
function firstFrom(options: readonly StartOption[], fromMs: number): number {
  let low = 0;
  let high = options.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((options[middle]?.startMs ?? 0) < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
