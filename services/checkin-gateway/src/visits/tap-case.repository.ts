import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { findHolder, type KnownHolder } from '../projections/known.repository.ts';
import type { Door } from './door.repository.ts';
import { type Facts, type FactsOptions, findFacts } from './facts.repository.ts';
import { type Medium, normaliseMedium } from './media.ts';
import type { Tap } from './tap.ts';
import type { VisitTransaction } from './visit.repository.ts';

/** What deciding taps takes. */
export interface TapDeciderOptions extends Omit<FactsOptions, 'clock'> {
  readonly parts: Pick<ServiceParts, 'db' | 'clock' | 'telemetry' | 'onCommit'>;
  readonly sites: Sites;
  /** After this long a tap is answered without a decision. */
  readonly deadlineMs: number;
}

/** A tap at its door, with what the device read. */
export interface ReadTap extends Door {
  readonly tap: Tap;
  /** Absent where the reading is not what the device's setting says it is. */
  readonly medium: Medium | undefined;
}

/** A tap and all that is known about it outside the transaction. */
export interface TapCase extends ReadTap {
  readonly facts: Facts | undefined;
}

/** Reads a tap by its device's setting. */
export function readTap(tap: Tap, door: Door): ReadTap {
  const { mediumFormat: format, uidBytes } = door.device;
  return { ...door, tap, medium: normaliseMedium(tap.medium, { format, uidBytes }) };
}

/** Looks up the holder of what was read, and gathers what a decision about the tap rests on. */
export async function gatherCase(read: ReadTap, options: TapDeciderOptions): Promise<TapCase> {
  const { tap, device, medium } = read;
  const { organisationId } = device;
  const question = { organisationId, mediumValue: medium?.value ?? '', nowMs: tap.occurredAt.getTime() };
  return completeCase(read, medium && (await findHolder(options.parts.db.fork(), question)), options);
}

/** Gathers the same when the holder has been looked up. Throws when an owner has to be asked and can not. */
export async function completeCase(
  read: ReadTap,
  holder: KnownHolder | undefined,
  options: TapDeciderOptions,
): Promise<TapCase> {
  const { tap, device, medium } = read;
  const { db, clock } = options.parts;
  const { organisationId, siteId, offlinePolicy } = device;
  const caller = { principal: servicePrincipal('checkin-gateway', organisationId), requestId: tap.eventId };
  const nowMs = tap.occurredAt.getTime();
  const question = { organisationId, offlinePolicy, mediumValue: medium?.value ?? '', nowMs, caller };
  const [site, facts] = await Promise.all([
    read.site ?? options.sites.find(db.fork(), siteId, caller),
    medium && findFacts(db.fork(), question, holder, { ...options, clock }),
  ]);
  return { ...read, site, facts };
}

/** A transaction in which a tap's consequences are written, and told in the name of its device. */
export function transactionOf(em: SqlEntityManager, { tap, device }: ReadTap, nowMs: number): VisitTransaction {
  return { em, nowMs, origin: { actor: `device:${device.id}`, requestId: tap.eventId } };
}
