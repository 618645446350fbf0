import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Transaction } from '@lido/runtime/grpc/call.ts';
import type { Overrider } from '@lido/runtime/grpc/overrider.ts';
import {
  areaRows,
  type OwnedAreas,
  type OwnedClaims,
  textArray,
  wantedAreas,
  wantedClaims,
  wantedRows,
} from '../claims/claim.repository.ts';
import { tellOfBookings } from './changed-booking.repository.ts';

/**
 * Ends what others hold in the way of claims, where an overrider may; their orders hear what they lack. Answers their bookings. Whoever
 * then can not take the claims has to roll it back.
 */
export function overrideClaims(
  transaction: Transaction,
  owned: OwnedClaims[],
  givenUp: string[],
  overrider: Overrider | null,
): Promise<string[]> {
  if (!overrider) return Promise.resolve([]);
  return override(transaction, `override_claims(${wantedClaims}, ${textArray}, ?, ${textArray})`, [
    ...[JSON.stringify(wantedRows(owned)), JSON.stringify(givenUp)],
    ...[overrider.actor, JSON.stringify(overrider.siteIds)],
  ]);
}

/** The same for those whom a block takes an area from. An area is of one site, the block's. */
export function overrideAreas(
  transaction: Transaction,
  owned: OwnedAreas[],
  givenUp: string[],
  overrider: Overrider | null,
): Promise<string[]> {
  if (!overrider) return Promise.resolve([]);
  return override(transaction, `override_areas(${wantedAreas}, ${textArray}, ?)`, [
    ...[JSON.stringify(areaRows(owned)), JSON.stringify(givenUp)],
    overrider.actor,
  ]);
}

async function override(transaction: Transaction, call: string, params: string[]): Promise<string[]> {
  const [row] = await transaction.em.execute<{ lost: string[] }[]>(`select ${call} as lost`, params);
  await tellOfLosses(row?.lost ?? [], transaction);
  return row?.lost ?? [];
}

/** Tells the orders of bookings, which have the ids of their items, that these lack what somebody took. */
export function tellOfLosses(bookingIds: readonly string[], transaction: Transaction): Promise<void> {
  const losers = bookingIds.map((itemId) => ({ itemId }));
  return tellOfBookings('lido.availability.booking.moved', losers, transaction);
}

/** The sites where bookings are, and where the practitioners work whom they hold or have held. */
export async function sitesOfBookings(em: SqlEntityManager, bookingIds: readonly string[]): Promise<string[]> {
  const rows = await em.execute<{ site_id: string }[]>(`select unnest(sites_of_bookings(${textArray})) as site_id`, [
    JSON.stringify(bookingIds),
  ]);
  return rows.map((row) => row.site_id);
}
