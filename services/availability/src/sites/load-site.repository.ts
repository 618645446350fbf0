import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { AppointmentTypeEntity, type AppointmentTypeRow } from '../appointments/appointment-type.entity.ts';
import { loadAreas } from '../areas/load-areas.repository.ts';
import { EquipmentEntity } from '../equipment/equipment.entity.ts';
import type { Offering } from '../offerings/offering.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { choicesOf } from '../packages/item-choice.repository.ts';
import { PackageEntity } from '../packages/package.entity.ts';
import { toPackageModel } from '../packages/to-package-model.ts';
import { PractitionerEntity } from '../practitioners/practitioner.entity.ts';
import { RoomEntity } from '../rooms/room.entity.ts';
import { restrictionsOf } from '../restrictions/restriction.repository.ts';
import { workingTimesOf } from '../rotas/schedule.repository.ts';
import { SessionTypeEntity } from '../sessions/session-type.entity.ts';
import type { Claim, SiteModel } from '../solver/model.ts';
import { claimKey } from '../claims/claim.ts';
import { siteModel } from './site-model.ts';
import { currentVersions, noVersion, type SiteVersion } from './site-version.repository.ts';

/** A site's data as of one version. */
export interface SiteSnapshot extends SiteVersion {
  site: Site;
  /** Live offerings by id. */
  offerings: ReadonlyMap<string, Offering>;
  /** Appointment types that are booked ahead, but archived or of other sites by now, by id: for those bookings only. The model has them too. */
  former: ReadonlyMap<string, Offering>;
  model: SiteModel;
}

const dayMs = 86_400_000;
const live = { deletedAt: null };
const plain = { disableIdentityMap: true } as const;
const byName = { ...plain, orderBy: { name: 'asc', id: 'asc' } } as const;

/**
 * Reads all that searches and the solver need of a site from now on in one snapshot of the database: one query per table.
 * Undefined for a site this service has not heard of.
 */
export function loadSite(em: SqlEntityManager, siteId: string, nowMs: number): Promise<SiteSnapshot | undefined> {
  return em.fork().transactional((snapshot) => readSite(snapshot, siteId, nowMs), {
    isolationLevel: 'repeatable read' as never,
    readOnly: true,
  });
}

async function readSite(em: SqlEntityManager, siteId: string, nowMs: number): Promise<SiteSnapshot | undefined> {
  const current = (await currentVersions(em, [siteId])).get(siteId) ?? noVersion;
  const [known] = await em.execute<{ site: Site }[]>('select site from known_sites where id = ?', [siteId]);
  if (!known) return undefined;
  const siteIds = { $overlap: [siteId] };
  const practitioners = await em.find(PractitionerEntity, { siteIds, ...live }, byName);
  const workingTimeOf = await workingTimesOf(em, practitioners, nowMs - dayMs);
  const restrictions = await restrictionsOf(
    em,
    practitioners.map(({ id }) => id),
  );
  const rooms = await em.find(RoomEntity, { siteId, ...live }, byName);
  const equipment = await em.find(EquipmentEntity, { siteId, ...live }, plain);
  const booked = { id: { $in: await bookedFormerTypes(em, siteId) } };
  const types = await em.find(AppointmentTypeEntity, { $or: [{ siteIds, ...live }, booked] }, byName);
  const isOffered = ({ deletedAt, siteIds: ids }: AppointmentTypeRow): boolean => !deletedAt && ids.includes(siteId);
  const sessionTypes = await em.find(SessionTypeEntity, { siteId, ...live }, byName);
  const packages = await em.find(PackageEntity, { siteId, ...live }, byName);
  const packageIds = packages.map(({ id }) => id);
  const choices = Map.groupBy(await choicesOf(em, packageIds), ({ parentId }) => parentId);
  const parentIds = [...[...types, ...rooms].map((parent) => parent.id), ...packageIds];
  const rules = await rulesByParent(em, parentIds);
  const resourceIds = [...practitioners, ...rooms, ...equipment].map((resource) => resource.id);
  const claims = await loadClaims(em, siteId, resourceIds);
  const areas = await loadAreas(em, siteId);
  const offerings: Offering[] = [
    ...types.filter(isOffered).map(appointmentOffering),
    ...areas.types.map((row): Offering => ({ type: 'area_booking', row })),
    ...sessionTypes.map((row): Offering => ({ type: 'session', row })),
    ...packages.map(
      (row): Offering => ({ type: 'package', row, model: toPackageModel(row, choices.get(row.id) ?? [], rules) }),
    ),
  ];
  return {
    ...current,
    site: known.site,
    offerings: byId(offerings),
    former: byId(types.filter((type) => !isOffered(type)).map(appointmentOffering)),
    model: siteModel({
      ...{ site: known.site, practitioners, rooms, equipment, types, rules, claims, workingTimeOf },
      areas: areas.models,
      restrictionsOf: (id) => restrictions.get(id) ?? [],
    }),
  };
}

function appointmentOffering(row: AppointmentTypeRow): Offering {
  return { type: 'appointment', row };
}

function byId(offerings: readonly Offering[]): ReadonlyMap<string, Offering> {
  return new Map(offerings.map((offering) => [offering.row.id, offering]));
}

/** What is booked of a type that is archived, or has left the site, stays, and can be moved. */
async function bookedFormerTypes(em: SqlEntityManager, siteId: string): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select t.id from appointment_types t where (t.deleted_at is not null or not t.site_ids @> array[?]::text[]) and t.id in (
       select b.offering_id from bookings b where b.site_id = ? and b.offering_type = 'appointment' and b.status in ('held', 'confirmed')
         and b.starts_at > lido_now() - interval '1 day')`,
    [siteId, siteId],
  );
  return rows.map(({ id }) => id);
}

interface ClaimRow {
  resource_id: string;
  unit: number;
  from_ms: string;
  to_ms: string;
  expires_ms: string | null;
  kind: string;
  shared_by: string | null;
  booking_id: string | null;
  item_id: string | null;
  order_id: string | null;
  offering_id: string | null;
  category_ids: string[] | null;
  duration: number | null;
}

/** The claims of a site's resources, wherever they were taken, and of its guests. */
async function loadClaims(em: SqlEntityManager, siteId: string, resourceIds: string[]): Promise<Claim[]> {
  const rows = await em.execute<ClaimRow[]>(
    `select c.resource_id, c.unit, (extract(epoch from lower(c.during)) * 1000)::bigint as from_ms,
            (extract(epoch from upper(c.during)) * 1000)::bigint as to_ms, (extract(epoch from c.expires_at) * 1000)::bigint as expires_ms,
            c.kind, c.shared_by, c.booking_id, c.item_id, b.order_id, b.offering_id, t.category_ids, (extract(epoch from b.ends_at - b.starts_at) / 60)::int as duration
     from claims c left join bookings b on b.id = c.booking_id left join appointment_types t on t.id = b.offering_id
     where c.active and upper(c.during) > lido_now() - interval '1 day'
       and (c.site_id = ? or c.resource_id in (select jsonb_array_elements_text(?::jsonb)))`,
    [siteId, JSON.stringify(resourceIds)],
  );
  return rows.map((row) => ({
    id: claimKey(row.booking_id ?? '', row.resource_id, row.unit),
    resourceId: row.resource_id,
    unit: row.unit,
    fromMs: Number(row.from_ms),
    toMs: Number(row.to_ms),
    expiresAtMs: row.expires_ms === null ? null : Number(row.expires_ms),
    kind: row.kind,
    sharedBy: row.shared_by,
    bookingId: row.booking_id,
    itemId: row.item_id,
    orderId: row.order_id,
    appointmentTypeId: row.offering_id,
    categoryIds: row.category_ids ?? [],
    durationMinutes: row.duration,
  }));
}
