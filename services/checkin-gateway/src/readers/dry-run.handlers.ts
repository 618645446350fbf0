import { servicePrincipal } from '@lido/runtime/grpc/principal.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { answerOf } from '../visits/answer.ts';
import type { Decision } from '../visits/decision.ts';
import { findFacts } from '../visits/facts.repository.ts';
import { normaliseMedium } from '../visits/media.ts';
import { settle, type Settled } from '../visits/settle.repository.ts';
import type { Tap } from '../visits/tap.ts';
import type { TapDeciderOptions } from '../visits/tap.handlers.ts';

/** Carries the answer out of the transaction that it undoes. */
class Undo extends Error {
  readonly settled: Settled;

  constructor(settled: Settled) {
    super('A dry run changes nothing.');
    this.settled = settled;
  }
}

/**
 * Decides a tap by the same code as a real one, in a transaction that is undone. Neither the tap nor what would have
 * become of it is stored, and nobody is told.
 */
export async function decideDry(tap: Tap, device: DeviceRow, options: TapDeciderOptions): Promise<Decision> {
  const startedMs = performance.now();
  const { db, clock } = options.parts;
  const medium = normaliseMedium(tap.medium, { format: device.mediumFormat, uidBytes: device.uidBytes });
  const caller = { principal: servicePrincipal('checkin-gateway', device.organisationId), requestId: tap.eventId };
  const nowMs = tap.occurredAt.getTime();
  const { organisationId, offlinePolicy } = device;
  const question = { organisationId, offlinePolicy, mediumValue: medium?.value ?? '', nowMs, caller };
  const [site, facts] = await Promise.all([
    options.sites.find(db.fork(), device.siteId, caller),
    medium && findFacts(db.fork(), question, { ...options, clock }),
  ]);
  const settled = await undone((em) => {
    const transaction = {
      em,
      actor: `device:${device.id}`,
      nowMs: clock.nowMs(),
      policy: options.policy,
      emit: () => Promise.resolve(),
    };
    return settle({ tap, device, medium, facts, site }, transaction);
  }, options);
  const elapsedMs = Math.round(performance.now() - startedMs);
  return answerOf({ ...settled, checkInId: null, tap, device, elapsedMs, asOf: facts?.asOf ?? null });
}

async function undone(
  work: (em: Parameters<Parameters<TapDeciderOptions['parts']['db']['transaction']>[0]>[0]) => Promise<Settled>,
  { parts }: TapDeciderOptions,
): Promise<Settled> {
  try {
    return await parts.db.transaction(async (em) => {
      throw new Undo(await work(em));
    });
  } catch (error) {
    if (error instanceof Undo) return error.settled;
    throw error;
  }
}
