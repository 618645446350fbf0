import type { Area } from '../model.ts';
import { assignInGroups, contendersOf } from './contenders.ts';
import { matchDistinct } from './matching.ts';
import type { Work } from './work.ts';

/** An area that can take a stay by itself. */
export interface AreaChoice {
  readonly area: Area;
  /** Guests who are in it already, for each bucket of the stay. */
  readonly guests: Uint32Array;
}

/** A party that is in one area for the buckets `[from, to)`, the buffer included. */
export interface AreaStay {
  readonly guests: number;
  readonly from: number;
  readonly to: number;
  /** Best first. */
  readonly choices: readonly AreaChoice[];
}

/**
 * The area of every stay such that none ever has more guests than it takes; undefined when there is no way, or when the work is spent. It
 * is exact. The stays are of one basket, which never counts against itself, so that only guests are in each other's way.
 */
export function assignAreas(stays: readonly AreaStay[], work: Work): AreaChoice[] | undefined {
  return assignInGroups(stays, contend, (group) => assignTogether(group, work));
}

/** Whether a stay can join others that can be assigned; only those that could stand in its way are looked at. */
export function canStayBeside(others: readonly AreaStay[], added: AreaStay, work: Work): boolean {
  return assignTogether(contendersOf(added, [...others, added], contend), work) !== undefined;
}

function contend(a: AreaStay, b: AreaStay): boolean {
  return overlap(a, b) && a.choices.some(({ area }) => choiceOf(b, area.id) !== undefined);
}

function overlap(a: AreaStay, b: AreaStay): boolean {
  return a.from < b.to && b.from < a.to;
}

function choiceOf({ choices }: AreaStay, areaId: string): AreaChoice | undefined {
  return choices.find(({ area }) => area.id === areaId);
}

function assignTogether(stays: readonly AreaStay[], work: Work): AreaChoice[] | undefined {
  if (stays.some(({ choices }) => choices.length === 0)) return undefined;
  // What comes first very often fits; where it does not, nothing follows from that.
  return firstFit(stays) ?? (mayFit(stays, work) ? searched(stays, work) : undefined);
}

function firstFit(stays: readonly AreaStay[]): AreaChoice[] | undefined {
  const guests = new AreaGuests(stays);
  for (const [index, { choices }] of stays.entries()) {
    const choice = choices.find((one) => guests.canTake(index, one));
    if (choice === undefined) return undefined;
    guests.take(index, choice);
  }
  return guests.chosen;
}

/**
 * Whether nothing speaks against it at any one instant: each area takes no more stays than the smallest parties that fit in. Where parties
 * can not share at all, that decides.
 */
function mayFit(stays: readonly AreaStay[], work: Work): boolean {
  return stays.every(({ from: at }) => {
    const running = stays.filter(({ from, to }) => from <= at && at < to);
    const slots = running.map(({ choices, from }) =>
      choices.flatMap(({ area, guests }) => {
        const parties = running.filter((other) => choiceOf(other, area.id) !== undefined).map((other) => other.guests);
        const places = placesFor(parties, area.capacity - (guests[at - from] ?? 0));
        return Array.from({ length: places }, (_, place) => `${area.id} ${place}`);
      }),
    );
    return matchDistinct(slots, work) !== undefined;
  });
}

/** How many of some parties fit at most. */
function placesFor(parties: readonly number[], capacity: number): number {
  let left = capacity;
  const rest = parties.toSorted((a, b) => a - b).findIndex((guests) => (left -= guests) < 0);
  return rest < 0 ? parties.length : rest;
}

/** Backtracking, the tightest stay first. Of areas that can stand for each other only the first is tried. */
function searched(stays: readonly AreaStay[], work: Work): AreaChoice[] | undefined {
  const likenesses = likenessesOf(stays);
  const tightness = ({ choices, guests }: AreaStay) => choices.length * 1_000 - guests;
  const order = [...stays.keys()].sort((a, b) => tightness(stays[a] as AreaStay) - tightness(stays[b] as AreaStay));
  const guests = new AreaGuests(stays);
  const place = (rank: number): boolean => {
    const index = order[rank];
    if (index === undefined) return true;
    const failed = new Set<string>();
    for (const choice of stays[index]?.choices ?? []) {
      const { id } = choice.area;
      const likeness = `${likenesses.get(id)} ${guests.staysIn(id).join()}`;
      if (failed.has(likeness) || !guests.canTake(index, choice)) continue;
      if (!work.spend()) return false;
      guests.take(index, choice);
      if (place(rank + 1)) return true;
      guests.giveBack(index);
      failed.add(likeness);
    }
    return false;
  };
  return place(0) ? guests.chosen : undefined;
}

/** By area what areas that can stand for each other have in common: the same stays list them, and find the same places in them. */
function likenessesOf(stays: readonly AreaStay[]): Map<string, string> {
  const likenesses = new Map<string, string>();
  for (const [index, { choices }] of stays.entries()) {
    for (const { area, guests } of choices) {
      const places = guests.map((there) => area.capacity - there).join();
      likenesses.set(area.id, `${likenesses.get(area.id) ?? ''} ${index}:${places}`);
    }
  }
  return likenesses;
}

/** Where stays, named by their index, are so far. */
class AreaGuests {
  readonly #stays: readonly AreaStay[];
  readonly #chosen = new Map<number, AreaChoice>();
  readonly #staysIn = new Map<string, number[]>();

  constructor(stays: readonly AreaStay[]) {
    this.#stays = stays;
  }

  /** By index, once every stay has its area. */
  get chosen(): AreaChoice[] {
    return this.#stays.map((_, index) => this.#chosen.get(index) as AreaChoice);
  }

  /** The stays in an area, in the order they came. */
  staysIn(areaId: string): readonly number[] {
    return this.#staysIn.get(areaId) ?? [];
  }

  /** Whether an area takes a stay, which it could take alone, beside those that are in it. */
  canTake(index: number, { area, guests }: AreaChoice): boolean {
    const stay = this.#stays[index] as AreaStay;
    const beside = this.staysIn(area.id)
      .map((other) => this.#stays[other] as AreaStay)
      .filter((other) => overlap(other, stay));
    if (beside.length === 0) return true;
    return guests.every((there, bucket) => {
      const at = stay.from + bucket;
      let present = there + stay.guests;
      for (const other of beside) if (other.from <= at && at < other.to) present += other.guests;
      return present <= area.capacity;
    });
  }

  take(index: number, choice: AreaChoice): void {
    this.#chosen.set(index, choice);
    this.#staysIn.set(choice.area.id, [...this.staysIn(choice.area.id), index]);
  }

  /** Takes back what was taken last. */
  giveBack(index: number): void {
    const areaId = this.#chosen.get(index)?.area.id ?? '';
    this.#chosen.delete(index);
    this.#staysIn.set(areaId, this.staysIn(areaId).slice(0, -1));
  }
}
