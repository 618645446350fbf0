import { setImmediate } from 'node:timers/promises';
import type { Database } from '@lido/runtime/db/database.ts';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { inCompany } from '@lido/runtime/service/in-company.ts';
import { claimsOwnedBy } from '../solver/compile-site.ts';
import type { Claim } from '../solver/model.ts';
import type { CompiledSites, VersionedSite } from '../sites/compiled-sites.repository.ts';
import { sitesOfOrders } from './booking.repository.ts';
import type { HoldOrder, OfferedItem } from './hold-order.ts';
import { exchangeTime, type HoldOutcome, holdTime, type Release, releaseTime } from './hold-time.repository.ts';
import { type Holding, holdingOf } from './item-plan.ts';
import { planAppointments, type Planning } from './plan-appointments.ts';
import { supposing } from './supposing.ts';

/** Appointments to be held, as their request has it. */
export interface AskedHold {
  planning: Planning;
  items: OfferedItem[];
  /** Aborted when nobody waits for it any more. */
  signal: AbortSignal;
}

/**
 * Holds and gives back in company: what comes while a statement of its site is under way shares the next one, which is one transaction
 * with one version of the site. Each request still succeeds or is refused by itself, and what decides is the database: other processes
 * do the same beside this one.
 */
export interface HoldBatches {
  hold(asked: AskedHold): Promise<HoldOutcome>;
  /** Gives items back; doing it again changes nothing. */
  release(release: Release): Promise<void>;
}

/** Bounds how long those who wait for a statement wait for each other. */
const membersMax = 32;

/**
 * Whether all that is asked for is to take time of appointments for a while: planned from memory alone, and undone by a crash at no loss.
 * What a package's line has beside it is not in memory.
 */
export function isMereHold({ overrider }: HoldOrder, items: readonly OfferedItem[]): boolean {
  return (
    overrider === null &&
    items.every(({ item, offering, inPackage }) => offering.type === 'appointment' && !item.isBooked && !inPackage)
  );
}

type Member = { asked: AskedHold } | { release: Release };
type Answer = { outcome: HoldOutcome } | { error: unknown };
type Answers = Map<Member, Answer>;

/** Starts the queues of one process; `onPlaces` hears that seats or areas may have become free, which somebody may be waiting for. */
export function holdBatches(
  db: Database,
  compiledSites: Pick<CompiledSites, 'follow' | 'siteOfOrder'>,
  onPlaces: () => void,
): HoldBatches {
  const queues = new Map<string, (member: Member) => Promise<Answer | undefined>>();
  const siteOfOrder = inCompany((orderIds: string[]) => sitesOfOrders(db.fork(), orderIds));

  const serve = async (siteId: string, member: Member): Promise<HoldOutcome> => {
    const queue =
      queues.get(siteId) ??
      inCompany((members: Member[]) => serveBatch({ db, compiledSites, siteId, onPlaces }, members), {
        assembled: () => setImmediate(),
        keysMax: membersMax,
      });
    queues.set(siteId, queue);
    const answer = await queue(member);
    if (!answer) throw new Error('A batch has left somebody out.');
    if ('error' in answer) throw answer.error;
    return answer.outcome;
  };

  return {
    hold: (asked) => serve(asked.planning.order.site.id, { asked }),
    release: async (release) => {
      const siteId = compiledSites.siteOfOrder(release.orderId) ?? (await siteOfOrder(release.orderId));
      if (siteId !== undefined) await serve(siteId, { release });
    },
  };
}

/** One hold with its plan. */
interface Planned {
  member: Member;
  holding: Holding;
}

interface Parts {
  db: Database;
  compiledSites: Pick<CompiledSites, 'follow'>;
  siteId: string;
  onPlaces: () => void;
}

async function serveBatch({ db, compiledSites, siteId, onPlaces }: Parts, members: Member[]): Promise<Answers> {
  const answers: Answers = new Map();
  const asked = members.filter((member) => 'asked' in member);
  const releasing = members.filter((member) => 'release' in member);
  const releases = releasing.map(({ release }) => release);
  const site = newest(asked.map(({ asked: { planning } }) => planning.site));
  const planned = site ? planBatch(site, asked, releases, answers) : [];
  if (planned.length + releases.length === 0) return answers;
  const holdings = planned.map(({ holding }) => holding);
  try {
    const { held, made, hasPlaces } = await exchangeTime(db.fork(), { siteId, site: site ?? null, holdings, releases });
    if (made) compiledSites.follow(siteId, made.before, made.change);
    if (hasPlaces) onPlaces();
    for (const [index, { member }] of planned.entries()) {
      const bookings = held[index];
      answers.set(member, { outcome: bookings ? { bookings } : 'again' });
    }
    for (const member of releasing) answers.set(member, { outcome: { bookings: [] } });
  } catch {
    // Nothing has happened to anybody; each finds out by itself whether it was the cause.
    for (const member of releasing) {
      answers.set(member, await answerOf(() => releaseTime(db.fork(), member.release).then(() => ({ bookings: [] }))));
    }
    for (const { member, holding } of planned) {
      if (site) answers.set(member, await answerOf(() => holdTime(db.fork(), site, holding)));
    }
    onPlaces();
  }
  return answers;
}

async function answerOf(work: () => Promise<HoldOutcome>): Promise<Answer> {
  try {
    return { outcome: await work() };
  } catch (error) {
    return { error };
  }
}

/** The site as most of its changes have made it, by itself: others go on with the one in memory. */
function newest(sites: VersionedSite[]): VersionedSite | undefined {
  const [first, ...others] = sites;
  return first && { ...others.reduce((best, site) => (site.version > best.version ? site : best), first) };
}

/**
 * Plans one hold after the other as if those before it had what they want, and who gives back had done so. Who can not have what they
 * want is answered here.
 */
function planBatch(
  site: VersionedSite,
  members: (Member & { asked: AskedHold })[],
  releases: Release[],
  answers: Answers,
): Planned[] {
  return supposing(site.compiled, (suppose) => {
    for (const release of releases) suppose.free(claimsGivenBack(site, release));
    return members.flatMap((member) => {
      const { planning, items, signal } = member.asked;
      try {
        if (signal.aborted) throw new Refusal('deadline', 'deadline', 'Nobody waits for this any more.');
        if (planning.site.offerings !== site.offerings) {
          // What is offered has changed since this one asked.
          answers.set(member, { outcome: 'again' });
          return [];
        }
        const plans = planAppointments({ ...planning, site }, items);
        suppose.taken(plans);
        return [{ member, holding: holdingOf(planning.order, plans) }];
      } catch (error) {
        answers.set(member, { error });
        return [];
      }
    });
  });
}

function claimsGivenBack({ compiled }: VersionedSite, { orderId, itemIds }: Release): Claim[] {
  return [...claimsOwnedBy(compiled, orderId)].filter(
    ({ itemId }) => itemIds.length === 0 || (itemId !== null && itemIds.includes(itemId)),
  );
}
