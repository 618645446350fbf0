import type { ArrivalMethod, Movement } from './movement.ts';

/** What ended a visit: a reader, a check-in that ended, the next arrival, or time. */
export type ClosedBy = 'tap' | 'check_out' | 'next_check_in' | 'max_visit';

/** One stay, as a customer's movements tell it. */
export interface FoldedVisit extends ArrivalMethod {
  readonly id: string;
  readonly siteId: string;
  readonly membershipId: string | null;
  /** Where in the site the customer was last. */
  readonly zone: string | null;
  readonly checkedInMs: number;
  /** When the visit ends if nobody ends it. */
  readonly endsByMs: number;
  readonly checkedOutMs: number | null;
  readonly closedBy: ClosedBy | null;
}

const minuteMs = 60_000;
const secondMs = 1_000;

/**
 * The visits that a customer's movements make, in their order. The movements may come in any order and give the same visits: they
 * are sorted by their time, then by their id. Visits that have lasted too long by `nowMs` are closed at the time when they should have been.
 */
export function foldVisits(movements: readonly Movement[], nowMs: number): FoldedVisit[] {
  const visits: FoldedVisit[] = [];
  const firsts = new Map<string, number>();
  for (const movement of movements.toSorted(byTime)) {
    if (isRepeat(movement, firsts)) continue;
    closeOverdue(visits, movement.atMs);
    take(visits, movement);
  }
  closeOverdue(visits, nowMs);
  return visits;
}

/** The visit that is open after the last movement, if one is. */
export function openVisitOf(visits: readonly FoldedVisit[]): FoldedVisit | undefined {
  const last = visits.at(-1);
  return last?.closedBy === null ? last : undefined;
}

function byTime(a: Movement, b: Movement): number {
  return a.atMs - b.atMs || (a.id < b.id ? -1 : 1);
}

/** Whether a movement repeats the first of its key; the window begins at the first and does not slide. */
function isRepeat({ repeatKey, atMs, rules }: Movement, firsts: Map<string, number>): boolean {
  if (repeatKey === null) return false;
  const firstMs = firsts.get(repeatKey);
  if (firstMs !== undefined && atMs - firstMs < rules.duplicateMs) return true;
  firsts.set(repeatKey, atMs);
  return false;
}

function take(visits: FoldedVisit[], movement: Movement): void {
  const open = openVisitOf(visits);
  const here = open?.siteId === movement.siteId ? open : undefined;
  switch (movement.kind) {
    case 'out':
      return here && closeLast(visits, movement.atMs, 'tap');
    case 'departure':
      return open?.id === movement.visitId ? closeLast(visits, movement.atMs, 'check_out') : undefined;
    case 'toggle':
      if (!here) return begin(visits, movement);
      return isWithinMinStay(here, movement) ? undefined : closeLast(visits, movement.atMs, 'tap');
    case 'in':
      return here && isWithinMinStay(here, movement) ? undefined : begin(visits, movement);
    case 'inner':
      return here && movement.zone !== null ? changeLast(visits, { zone: movement.zone }) : undefined;
    case 'arrival':
      return begin(visits, movement);
  }
}

function isWithinMinStay({ checkedInMs }: FoldedVisit, { atMs, rules }: Movement): boolean {
  return atMs < checkedInMs + rules.minStaySeconds * secondMs;
}

function begin(visits: FoldedVisit[], movement: Movement): void {
  if (openVisitOf(visits)) closeLast(visits, movement.atMs, 'next_check_in');
  const { visitId, siteId, membershipId, methodType, methodId, methodName, zone, atMs, rules } = movement;
  visits.push({
    ...{ id: visitId, siteId, membershipId, methodType, methodId, methodName, zone },
    checkedInMs: atMs,
    endsByMs: atMs + rules.maxVisitMinutes * minuteMs,
    checkedOutMs: null,
    closedBy: null,
  });
}

function closeOverdue(visits: FoldedVisit[], nowMs: number): void {
  const open = openVisitOf(visits);
  if (open && open.endsByMs <= nowMs) closeLast(visits, open.endsByMs, 'max_visit');
}

function closeLast(visits: FoldedVisit[], atMs: number, closedBy: ClosedBy): void {
  changeLast(visits, { checkedOutMs: atMs, closedBy });
}

function changeLast(visits: FoldedVisit[], change: Partial<FoldedVisit>): void {
  const last = visits.pop();
  if (last) visits.push({ ...last, ...change });
}
