import type { OutgoingEvent } from '@lido/runtime/events/outbox.ts';
import type { FoldedVisit } from './fold-visits.ts';

/** A visit as it is stored. */
export interface StoredVisit extends FoldedVisit {
  /** Whether what began it has turned out to be no arrival. */
  readonly isTakenBack: boolean;
  /** Whether somebody went through the door that it began at, where the reader has told. */
  readonly isEntered?: boolean | null;
  readonly version: number;
}

/** A visit as it is to be stored from now on, and what is told of it. */
export interface VisitChange {
  readonly visit: StoredVisit;
  readonly told: readonly OutgoingEvent['type'][];
}

/**
 * What makes the stored visits those that the movements say: one that they do not make is taken back. Ends come before beginnings,
 * because the database lets a customer have one open visit.
 */
export function changesOf(stored: readonly StoredVisit[], visits: readonly FoldedVisit[]): VisitChange[] {
  const wanted = new Map(visits.map((visit) => [visit.id, visit]));
  const isOpen = ({ id }: StoredVisit): boolean => wanted.get(id)?.closedBy === null;
  const known = new Set(stored.map(({ id }) => id));
  return [
    ...stored
      .toSorted((a, b) => Number(isOpen(a)) - Number(isOpen(b)))
      .flatMap((before) => changeOf(before, wanted.get(before.id)) ?? []),
    ...visits.filter(({ id }) => !known.has(id)).map(beginningOf),
  ];
}

function changeOf(before: StoredVisit, visit: FoldedVisit | undefined): VisitChange | undefined {
  const version = before.version + 1;
  if (!visit) {
    if (before.isTakenBack) return undefined;
    return { visit: { ...before, isTakenBack: true, version }, told: ['lido.checkin.check_in.removed'] };
  }
  const isSameEnd = before.checkedOutMs === visit.checkedOutMs;
  if (!before.isTakenBack && isSameEnd && before.zone === visit.zone && before.closedBy === visit.closedBy) {
    return undefined;
  }
  const told: VisitChange['told'][number][] = before.isTakenBack ? ['lido.checkin.check_in.created'] : [];
  const wasOutMs = before.isTakenBack ? null : before.checkedOutMs;
  if (visit.checkedOutMs !== wasOutMs) told.push(endOrSaved(visit));
  return { visit: { ...visit, isTakenBack: false, version }, told };
}

function beginningOf(visit: FoldedVisit): VisitChange {
  const told: VisitChange['told'] = ['lido.checkin.check_in.created'];
  return {
    visit: { ...visit, isTakenBack: false, version: 1 },
    told: visit.checkedOutMs === null ? told : [...told, 'lido.checkin.check_in.checked_out'],
  };
}

function endOrSaved({ checkedOutMs }: FoldedVisit) {
  return checkedOutMs === null ? 'lido.checkin.check_in.saved' : 'lido.checkin.check_in.checked_out';
}
