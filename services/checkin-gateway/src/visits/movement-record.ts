import { foldVisits } from './fold-visits.ts';
import type { Movement } from './movement.ts';
import { changesOf, type StoredVisit, type VisitChange } from './stored-visit.ts';

/** What a movement at an instant is added to. */
export interface Surroundings {
  /** The customer's movements that can share a visit with it, in their order. */
  readonly episode: readonly Movement[];
  /** What is stored of the visits that these and the movement itself could have begun. */
  readonly visits: readonly StoredVisit[];
  /** Whether the movement itself was recorded before. */
  readonly isKnown: boolean;
  /** When an older visit began that is still open and should have ended. */
  readonly overdueSince: Date | undefined;
}

/** What is to be stored so that the visits are what the movements say. */
export interface MovementRecord {
  /** Absent where it was stored before. */
  readonly movement: Movement | undefined;
  readonly changes: readonly VisitChange[];
  /** The visits of that time as they will be stored, by their ids. */
  readonly visits: ReadonlyMap<string, StoredVisit>;
}

/** Adds a movement, where there is one, to what surrounds it. One that was recorded before changes nothing. */
export function addMovement(
  { episode, visits, isKnown }: Surroundings,
  movement: Movement | undefined,
  nowMs: number,
): MovementRecord {
  const added = isKnown ? undefined : movement;
  const changes = changesOf(visits, foldVisits(added ? [...episode, added] : episode, nowMs));
  const after = [...visits, ...changes.map(({ visit }) => visit)];
  return { movement: added, changes, visits: new Map(after.map((visit) => [visit.id, visit])) };
}
