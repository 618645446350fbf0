import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { BaseRow } from '../db/base.ts';
import { invalid, isNotFound, notFound } from '../errors/refusal.ts';
import type { Call } from '../grpc/call.ts';
import { formatInstant } from '../time/zone.ts';
import { requirePermission, visible } from './scope.ts';
import type { Formats, ResourceSpec, Saving, Scope } from './spec.ts';

/** Loads one row the caller may use so; hidden and missing rows are the same refusal. */
export async function loadVisible<Row extends BaseRow, Message>(
  spec: ResourceSpec<Row, Message>,
  id: string,
  call: Call,
  options: { em?: SqlEntityManager; use: 'read' | 'write'; isArchivedFound?: boolean },
): Promise<Row> {
  const em = options.em ?? call.em;
  const where = { $and: [{ id }, visible(spec.scope, call)] } as FilterQuery<Row>;
  const row = await em.findOne(spec.entity as EntityName<Row>, where);
  const isArchiveOpen = options.isArchivedFound === true && spec.isGoneOnceDeleted !== true;
  if (!row || (row.deletedAt && !isArchiveOpen)) throw notFound(id);
  requirePermission(spec.scope, row as Row, call, options.use);
  return row as Row;
}

/** Loads a row that a body names in one of its fields; there a hidden or missing one is a bad field. */
export async function loadNamed<Row extends BaseRow, Message>(
  spec: ResourceSpec<Row, Message>,
  { field, id }: { field: string; id: string },
  call: Call,
  options: { em?: SqlEntityManager; use: 'read' | 'write' },
): Promise<Row> {
  try {
    return await loadVisible(spec, id, call, options);
  } catch (error) {
    throw isNotFound(error) ? invalid({ [field]: [`There is no ${spec.noun} ${id}.`] }) : error;
  }
}

/** Rows as clients see them: instants in their sites' time zones, and what the spec embeds. */
export async function toMessages<Row extends BaseRow, Message>(
  spec: ResourceSpec<Row, Message>,
  rows: Row[],
  em: SqlEntityManager,
): Promise<Message[]> {
  const formats = await formatsFor(spec.scope, rows, em);
  const embedded = await spec.embed?.(rows, em);
  return rows.map((row) => ({ ...spec.toMessage(row, formats(row)), ...embedded?.(row, formats(row)) }));
}

/** The formats of each row's site, from the sites this service knows; UTC for rows without one. */
export async function formatsFor<Row extends BaseRow>(
  scope: Scope<Row>,
  rows: Row[],
  em: SqlEntityManager,
): Promise<(row: Row) => Formats> {
  if (scope.of !== 'site') return () => utcFormats;
  const siteIds = [...new Set(rows.flatMap((row) => scope.sites(row).slice(0, 1)))];
  const zones = await zonesOf(em, siteIds);
  return (row) => formatsIn(zones.get(scope.sites(row)[0] ?? '') ?? 'UTC');
}

/** The time zones of known sites by site id. */
export async function zonesOf(em: SqlEntityManager, siteIds: string[]): Promise<Map<string, string>> {
  if (siteIds.length === 0) return new Map();
  const rows = await em.execute<{ id: string; zone: string }[]>(
    `select id, site->>'timezone' as zone from known_sites where id in (${siteIds.map(() => '?').join(', ')})`,
    siteIds,
  );
  return new Map(rows.map(({ id, zone }) => [id, zone]));
}

/** Formats instants in one time zone. */
export function formatsIn(zone: string): Formats {
  return { instant: (value) => formatInstant(value.getTime(), zone) };
}

const utcFormats = formatsIn('UTC');

/** Tells of a change: the resource's event and its own consequences, in the change's transaction. */
export async function told<Row extends BaseRow, Message>(
  spec: ResourceSpec<Row, Message>,
  row: Row,
  transaction: Saving<Row>,
  call: Call,
): Promise<Message> {
  await transaction.em.flush();
  const [message] = (await toMessages(spec, [row], transaction.em)) as [Message];
  if (spec.event) {
    const siteId = spec.scope.of === 'site' ? spec.scope.sites(row)[0] : undefined;
    await transaction.emit({
      type: spec.event.saved,
      aggregateId: row.id,
      organisationId: row.organisationId,
      siteId,
      payload: spec.event.encode(message),
    });
  }
  await spec.saved?.(row, transaction, call);
  return message;
}
