import { randomInt } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Membership, type MembershipMember } from '@lido/proto/lido/memberships/v1/membership.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Transaction } from '@lido/runtime/grpc/call.ts';
import { formatsIn, zonesOf } from '@lido/runtime/resource/load.ts';
import { requirePermission, siteScope, visible } from '@lido/runtime/resource/scope.ts';
import { stamps } from '@lido/runtime/resource/spec.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { localDateOf } from '@lido/runtime/time/zone.ts';
import { findKnown } from '../known-customers/customer.repository.ts';
import { RateEntity } from '../rates/rate.entity.ts';
import { toRate } from '../rates/rate.ts';
import { toType } from '../types/type.ts';
import { TypeEntity } from '../types/type.entity.ts';
import { ratesOf, utc } from '../types/type.repository.ts';
import { countVisits } from '../visits/visit.repository.ts';
import { statusOf } from './membership.ts';
import { MemberEntity, type MemberRow, MembershipEntity, type MembershipRow } from './membership.entity.ts';

/** Memberships are seen by staff of their site. */
export const membershipScope = siteScope<MembershipRow>();

/** Loads a membership that the caller may use so; an archived one can be read only. */
export async function loadMembership(
  id: string,
  em: SqlEntityManager,
  { call, use }: { call: Call; use: 'read' | 'write' },
): Promise<MembershipRow> {
  const row = await em.findOne(MembershipEntity, {
    $and: [{ id, ...(use === 'write' && { deletedAt: null }) }, visible(membershipScope, call)],
  });
  if (row === null) throw notFound(id);
  requirePermission(membershipScope, row, call, use);
  return row;
}

/** The live members of memberships, the lead first, then by when they joined. */
export async function membersOf(
  em: SqlEntityManager,
  membershipIds: readonly string[],
): Promise<Map<string, MemberRow[]>> {
  const where = { membershipId: { $in: [...membershipIds] }, deletedAt: null };
  const rows = await em.find(MemberEntity, where, { orderBy: { isLead: 'desc', createdAt: 'asc', id: 'asc' } });
  return Map.groupBy(rows, ({ membershipId }) => membershipId);
}

/** The public form of a member. */
export function toMember({ customerId, membershipNumber, isLead }: MemberRow): MembershipMember {
  return { customerId, membershipNumber, isLead };
}

/** The date at a membership's site. */
export async function localDates(
  em: SqlEntityManager,
  rows: readonly MembershipRow[],
  nowMs: number,
): Promise<(row: MembershipRow) => string> {
  const zones = await zonesOf(em, [...new Set(rows.map(({ siteId }) => siteId))]);
  return ({ siteId }) => localDateOf(nowMs, zones.get(siteId) ?? 'UTC');
}

/** Memberships in their public form, with six queries for any number of them. */
export async function describe(
  em: SqlEntityManager,
  rows: readonly MembershipRow[],
  nowMs: number,
): Promise<Membership[]> {
  const members = await membersOf(
    em,
    rows.map(({ id }) => id),
  );
  const leads = rows.flatMap(({ id }) => members.get(id)?.[0]?.customerId ?? []);
  const customers = new Map((await findKnown(em, leads)).map((customer) => [customer.id, customer]));
  const types = await em.find(TypeEntity, { id: { $in: rows.map((row) => row.membershipTypeId) } });
  const rates = await em.find(RateEntity, { id: { $in: rows.map((row) => row.membershipRateId) } });
  const publicRates = await ratesOf(em, types, { isStaff: false });
  const zones = await zonesOf(em, [...new Set(rows.map(({ siteId }) => siteId))]);
  const limited = rows.filter(({ visitLimit }) => visitLimit != null);
  const visits = await countVisits(
    em,
    limited.map(({ id }) => id),
  );
  return rows.map((row) => {
    const zone = zones.get(row.siteId) ?? 'UTC';
    const [lead, ...others] = members.get(row.id) ?? [];
    const type = types.find(({ id }) => id === row.membershipTypeId);
    const rate = rates.find(({ id }) => id === row.membershipRateId);
    return {
      ...columnsOf(row),
      ...stamps(row, formatsIn(zone)),
      membershipNumber: lead?.membershipNumber ?? '',
      customer: customers.get(lead?.customerId ?? '') ?? null,
      members: [...(lead ? [lead] : []), ...others].map(toMember),
      type: type === undefined ? null : toType(type, publicRates.get(type.id) ?? [], utc),
      rate: rate === undefined ? null : toRate(rate, utc),
      status: statusOf(row, localDateOf(nowMs, zone)),
      visitsRemaining: row.visitLimit == null ? null : Math.max(0, row.visitLimit - (visits.get(row.id) ?? 0)),
      cancelledAt: row.cancelledAt ? formatsIn(zone).instant(row.cancelledAt) : null,
    };
  });
}

/** Saves a membership and tells of it. */
export async function tell(row: MembershipRow, { em, emit }: Transaction, call: Call): Promise<Membership> {
  await em.flush();
  const [message] = await describe(em, [row], call.clock.nowMs());
  if (message === undefined) throw notFound(row.id);
  const { id, organisationId, siteId } = row;
  const payload = Membership.encode(message).finish();
  await emit({ type: 'lido.memberships.membership.saved', aggregateId: id, organisationId, siteId, payload });
  return message;
}

/** Adds somebody to a membership under a number of their own. */
export async function insertMember(
  membership: MembershipRow,
  member: { customerId: string; isLead: boolean },
  { em }: Transaction,
  call: Call,
): Promise<MemberRow> {
  const { organisationId, id: membershipId } = membership;
  const now = new Date(call.clock.nowMs());
  return em.create(MemberEntity, {
    ...member,
    id: newUuid(),
    organisationId,
    membershipId,
    membershipNumber: await freeNumber(em, organisationId),
    createdAt: now,
    createdBy: call.actor,
    updatedAt: now,
    updatedBy: call.actor,
  });
}

/** Ten digits that no member of the organisation has had. Drawn, so that a number tells nobody how many there are. */
async function freeNumber(em: SqlEntityManager, organisationId: string): Promise<string> {
  for (;;) {
    const membershipNumber = String(randomInt(1_000_000_000, 10_000_000_000));
    if ((await em.count(MemberEntity, { organisationId, membershipNumber })) === 0) return membershipNumber;
  }
}

function columnsOf(row: MembershipRow) {
  return {
    id: row.id,
    organisationId: row.organisationId,
    siteId: row.siteId,
    attentionReason: row.attentionReason ?? ('ATTENTION_REASON_UNSPECIFIED' as const),
    source: row.source,
    paymentMethod: row.paymentMethod ?? null,
    startDate: row.startDate,
    endDate: row.endDate ?? null,
    nextBillingDate: row.nextBillingDate ?? null,
    basketId: row.basketId ?? null,
    externalRef: row.externalRef ?? null,
    intakeFormRequired: row.intakeFormRequired,
    visitLimit: row.visitLimit ?? null,
  };
}
