import type {
  Bookable,
  BookableDirectoryServiceService,
  BookableKind,
} from '@lido/proto/lido/availability/internal/v1/bookable.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';

/** What people can be present at, for other services, which decide who may see it. */
export const bookableDirectoryHandlers = { findBookable } satisfies Handlers<typeof BookableDirectoryServiceService>;

interface BookableRow {
  id: string;
  kind: keyof typeof kinds;
  siteId: string;
  name: string;
}

const kinds = {
  room: 'BOOKABLE_KIND_ROOM',
  area: 'BOOKABLE_KIND_AREA',
  session: 'BOOKABLE_KIND_SESSION',
} as const satisfies Record<string, BookableKind>;

async function findBookable({ id }: { id: string }, call: Call): Promise<Bookable> {
  const [row] = await call.em.execute<BookableRow[]>(
    `select id, 'room' as kind, site_id as "siteId", name from rooms where id = ? and organisation_id = ? and deleted_at is null
     union all
     select id, 'area', site_id, name from bookable_areas where id = ? and organisation_id = ? and deleted_at is null
     union all
     select s.id, 'session', s.site_id, t.name from sessions s join session_types t on t.id = s.session_type_id
     where s.id = ? and s.organisation_id = ? and s.deleted_at is null
     limit 1`,
    Array.from({ length: 3 }, () => [id, call.principal.organisationId]).flat(),
  );
  if (!row) throw notFound(id);
  return { ...row, kind: kinds[row.kind] };
}
