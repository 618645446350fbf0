import { CheckinMigration } from './0001-checkin.ts';
import { PresenceMigration } from './0010-presence.ts';
import { ActionsMigration } from './0011-actions.ts';
import { BookedItemsMigration } from './0012-booked-items.ts';
import { VisitsRemainingMigration } from './0020-visits-remaining.ts';
import { ProjectionSourcesMigration } from './0021-projection-sources.ts';
import { ToldAtMigration } from './0022-told-at.ts';
import { ReadersMigration } from './0030-readers.ts';
import { AttemptsMigration } from './0031-attempts.ts';
import { RelaysMigration } from './0032-relays.ts';
import { Movements } from './0040-movements.ts';
import { VisitLimitsMigration } from './0041-visit-limits.ts';
import { ForgottenTapsMigration } from './0042-forgotten-taps.ts';
import { UnsettledExitsMigration } from './0043-unsettled-exits.ts';
import { EnteredVisitsMigration } from './0044-entered-visits.ts';
import { functions } from './functions.ts';

/** In the order they run; a name is written to the database and never changes. */
const tables = [
  { name: '0001-checkin', class: CheckinMigration },
  { name: '0010-presence', class: PresenceMigration },
  { name: '0011-actions', class: ActionsMigration },
  { name: '0012-booked-items', class: BookedItemsMigration },
  { name: '0020-visits-remaining', class: VisitsRemainingMigration },
  { name: '0021-projection-sources', class: ProjectionSourcesMigration },
  { name: '0022-told-at', class: ToldAtMigration },
  { name: '0030-readers', class: ReadersMigration },
  { name: '0031-attempts', class: AttemptsMigration },
  { name: '0032-relays', class: RelaysMigration },
  { name: '0040-movements', class: Movements },
  { name: '0041-visit-limits', class: VisitLimitsMigration },
  { name: '0042-forgotten-taps', class: ForgottenTapsMigration },
  { name: '0043-unsettled-exits', class: UnsettledExitsMigration },
  { name: '0044-entered-visits', class: EnteredVisitsMigration },
];

/** The tables first, then the functions that read them. */
export const migrations = [...tables, functions];
