import type { EntityName } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Logger } from 'pino';
import type { Database } from '@lido/runtime/db/database.ts';
import { zonesOf } from '@lido/runtime/resource/load.ts';
import type { Clock } from '@lido/runtime/service/clock.ts';
import { addDays } from '@lido/runtime/time/zone.ts';
import { SessionTypeEntity, type SessionTypeRow } from '../sessions/session-type.entity.ts';
import { followTimetable } from './follow-timetable.repository.ts';
import { timetableOf } from './recurrence-group.ts';
import { RecurrenceGroupEntity, type RecurrenceGroupRow } from './recurrence-group.entity.ts';
import { tellSitesOf } from './recurrence-group-resource.repository.ts';
import { generatedUntil, horizonDays, occurrenceStarts } from './timetable.ts';

interface ExtendParts {
  db: Database;
  clock: Clock;
  log: Logger;
}

/**
 * Gives timetables that go on the sessions of the days that have come into reach, one timetable per transaction, until none is due.
 * Nobody is there to decide about a practitioner or room that is taken: such a session is left out, and the log says so.
 */
export async function extendTimetables({ db, clock, log }: ExtendParts): Promise<number> {
  for (let count = 0; ; count++) {
    const isDone = await db.transaction(async (em) => {
      const group = await nextDue(em);
      if (!group) return true;
      const zone = (await zonesOf(em, [group.siteId])).get(group.siteId) ?? 'UTC';
      const range = { zone, dateFrom: addDays(group.generatedUntil, 1), dateTo: generatedUntil(clock.nowMs(), zone) };
      const added = occurrenceStarts(timetableOf(group), range);
      const { duration } = (await em.findOneOrFail(SessionTypeEntity as EntityName<SessionTypeRow>, {
        id: group.sessionTypeId,
      })) as SessionTypeRow;
      group.generatedUntil = range.dateTo;
      await em.flush();
      const regeneration = { changed: [], added, dropped: [] };
      const conflicts = await followTimetable(em, group, {
        ...{ regeneration, durationMinutes: duration, skipConflicts: true, isSeen: () => false },
      });
      if (conflicts.length > 0) {
        log.warn(
          { recurrence_group_id: group.id, conflicts: conflicts.length },
          'sessions of a timetable can not take place',
        );
      }
      await tellSitesOf(em, group, null);
      return false;
    });
    if (isDone) return count;
  }
}

/** Locks the timetable that is furthest behind; other replicas pass over it. */
async function nextDue(em: SqlEntityManager): Promise<RecurrenceGroupRow | undefined> {
  const [row] = await em.execute<{ id: string }[]>(
    `select g.id from recurrence_groups g join session_types t on t.id = g.session_type_id and t.deleted_at is null
     join known_sites k on k.id = g.site_id
     where g.deleted_at is null and (g.recurrence_end is null or g.recurrence_end > g.generated_until)
       and g.generated_until < to_char((lido_now() at time zone (k.site->>'timezone')) + interval '${horizonDays} days', 'YYYY-MM-DD')
     order by g.generated_until, g.id limit 1 for update of g skip locked`,
  );
  if (!row) return undefined;
  return (await em.findOneOrFail(RecurrenceGroupEntity as EntityName<RecurrenceGroupRow>, {
    id: row.id,
  })) as RecurrenceGroupRow;
}
