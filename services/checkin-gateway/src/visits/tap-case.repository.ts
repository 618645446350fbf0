import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Site } from '@lido/proto/lido/customers/v1/site.ts';
import { writeEvent } from '@lido/runtime/events/outbox.ts';
import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { type Facts, type FactsOptions, findFacts } from './facts.repository.ts';
import { type Medium, normaliseMedium } from './media.ts';
import { findPolicy } from './policy.repository.ts';
import type { VisitPolicy } from './policy.ts';
import type { Tap } from './tap.ts';
import type { VisitTransaction } from './visit.repository.ts';

/** What deciding taps takes. */
export interface TapDeciderOptions extends Omit<FactsOptions, 'clock'> {
  readonly parts: Pick<ServiceParts, 'db' | 'clock' | 'telemetry' | 'onCommit'>;
  readonly sites: Sites;
}

/** A tap at its device, with what the device read. */
export interface ReadTap {
  readonly tap: Tap;
  readonly device: DeviceRow;
  /** Absent where the reading is not what the device's setting says it is. */
  readonly medium: Medium | undefined;
}

/** A tap and all that is known about it outside the transaction. */
export interface TapCase extends ReadTap {
  readonly facts: Facts | undefined;
  readonly site: Site | undefined;
  readonly policy: VisitPolicy;
}

/** Reads a tap by its device's setting. */
export function readTap(tap: Tap, device: DeviceRow): ReadTap {
  const { mediumFormat: format, uidBytes } = device;
  return { tap, device, medium: normaliseMedium(tap.medium, { format, uidBytes }) };
}

/** Gathers what a decision about a tap rests on. Throws when an owner has to be asked and can not. */
export async function gatherCase(read: ReadTap, options: TapDeciderOptions): Promise<TapCase> {
  const { tap, device, medium } = read;
  const { db, clock } = options.parts;
  const { organisationId, siteId, offlinePolicy } = device;
  const caller = { principal: servicePrincipal('checkin-gateway', organisationId), requestId: tap.eventId };
  const nowMs = tap.occurredAt.getTime();
  const question = { organisationId, offlinePolicy, mediumValue: medium?.value ?? '', nowMs, caller };
  const [site, policy, facts] = await Promise.all([
    options.sites.find(db.fork(), siteId, caller),
    findPolicy(db.fork(), siteId),
    medium && findFacts(db.fork(), question, { ...options, clock }),
  ]);
  return { ...read, site, policy, facts };
}

/** A transaction in which a tap's consequences are written, and told in the name of its device. */
export function transactionOf(em: SqlEntityManager, { tap, device }: ReadTap, nowMs: number): VisitTransaction {
  const actor = `device:${device.id}`;
  return { em, actor, nowMs, emit: (event) => writeEvent(em, event, { actor, requestId: tap.eventId }) };
}
