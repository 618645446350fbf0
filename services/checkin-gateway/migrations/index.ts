import { CheckinMigration } from './0001-checkin.ts';

/** In the order they run; a name is written to the database and never changes. */
export const migrations = [{ name: '0001-checkin', class: CheckinMigration }];
