import { localDateOf } from '@lido/runtime/time/zone.ts';
import { randomBytes } from 'node:crypto';
import { connectReader, type SimulatedReader } from '../../services/checkin-gateway/simulator/reader.ts';
import { type Api, apiAt, type Row } from '../../tools/seed/api.ts';
import type { StoppableSystem } from './stoppable-system.ts';
import type { Workbench } from './workbench.ts';

/** Why a door stays shut for a card; `granted` goes in and out. */
export type ExpectedReason = 'granted' | 'unknown_medium' | 'medium_blocked' | 'customer_blocked' | 'no_entitlement';

export interface Card {
  readonly uid: string;
  readonly reason: ExpectedReason;
}

/** A site whose doors have a reader on either side. */
export interface TapSite {
  readonly id: string;
  readonly entrances: readonly SimulatedReader[];
  readonly exits: readonly SimulatedReader[];
  readonly cards: readonly Card[];
  /** Blocks a member, who was never there before, and answers with the card. */
  blockOne(): Promise<Card>;
}

const doorCount = 10;
/** How many cards there are for each reason: 360 in all. */
const cardCounts: Readonly<Record<ExpectedReason, number>> = {
  granted: 320,
  unknown_medium: 10,
  medium_blocked: 10,
  customer_blocked: 10,
  no_entitlement: 10,
};

/** Adds a site with cards of each kind, and connects two readers at each of ten doors. */
export async function openTapSite(bench: Workbench, system: StoppableSystem): Promise<TapSite> {
  const api = apiAt(system.baseUrl, system.token);
  const site = await api.post('/sites', { name: 'Doors', timezone: 'Europe/London', currency: 'GBP' });
  const register = { api, siteId: site.id, membershipType: await addMembershipType(api) };
  const wanted = (Object.keys(cardCounts) as ExpectedReason[]).flatMap((reason) =>
    Array.from({ length: cardCounts[reason] }, () => reason),
  );
  const cards: Card[] = [];
  const addCards = async (): Promise<void> => {
    for (let reason = wanted.pop(); reason !== undefined; reason = wanted.pop())
      cards.push((await addCard(register, reason)).card);
  };
  await Promise.all(Array.from({ length: 8 }, addCards));
  const latest = await addCard(register, 'granted');
  const door = { api, siteId: site.id, url: system.readersUrl };
  const readersOf = async (direction: 'in' | 'out'): Promise<SimulatedReader[]> => {
    const readers: SimulatedReader[] = [];
    for (let number = 0; number < doorCount; number++) {
      const reader = await openReader(door, direction, `${direction}-${number}`);
      bench.defer(() => reader.close());
      readers.push(reader);
    }
    return readers;
  };
  return {
    id: site.id,
    entrances: await readersOf('in'),
    exits: await readersOf('out'),
    // Far from those of its kind, so that no second has taps of one kind only.
    cards: cards.toSorted((a, b) => a.uid.localeCompare(b.uid)),
    blockOne: async () => {
      await api.post(`/customers/customers/${latest.customerId}/block`, { reason: 'Bench' });
      return { ...latest.card, reason: 'customer_blocked' };
    },
  };
}

interface Register {
  readonly api: Api;
  readonly siteId: string;
  readonly membershipType: { readonly id: string; readonly rateId: string };
}

async function addMembershipType(api: Api): Promise<Register['membershipType']> {
  const rate = { name: 'Monthly', price: { amount: 5_000, currency: 'GBP' }, billing_frequency: 'P1M' };
  const body = { name: 'Gold', initial_rate: rate, offline_payments: true };
  const { id, rates } = await api.post<Row & { rates: Row[] }>('/customers/membership-types', body);
  return { id, rateId: rates[0]?.id ?? '' };
}

async function addCard(register: Register, reason: ExpectedReason): Promise<{ card: Card; customerId: string }> {
  const { api, siteId } = register;
  const card = { uid: randomBytes(7).toString('hex').toUpperCase(), reason };
  if (reason === 'unknown_medium') return { card, customerId: '' };
  const { id } = await api.post('/customers/customers', { first_name: 'Ada', last_name: card.uid, site_id: siteId });
  const media = `/customers/customers/${id}/barcodes`;
  const medium = await api.post(media, { barcode: card.uid, kind: 'wearable' });
  if (reason !== 'no_entitlement') await addMembership(register, id);
  if (reason === 'medium_blocked') await api.post(`${media}/${medium.id}/block`, { reason: 'Bench' });
  if (reason === 'customer_blocked') await api.post(`/customers/customers/${id}/block`, { reason: 'Bench' });
  return { card, customerId: id };
}

async function addMembership({ api, siteId, membershipType }: Register, customerId: string): Promise<void> {
  const { id } = await api.post('/customers/memberships', {
    ...{ site_id: siteId, customer_id: customerId },
    ...{ membership_type_id: membershipType.id, membership_rate_id: membershipType.rateId },
    start_date: localDateOf(Date.now(), 'Europe/London'),
  });
  await api.post(`/customers/memberships/${id}/confirm`);
}

async function openReader(
  { api, siteId, url }: { api: Api; siteId: string; url: string },
  direction: 'in' | 'out',
  serial: string,
): Promise<SimulatedReader> {
  const { id } = await api.post('/devices', {
    ...{ site_id: siteId, name: serial, kind: 'gantner_g7', serial_number: serial },
    ...{ direction, medium_format: 'HEX_MSB' },
  });
  const { token } = await api.post<Row & { token: string }>(`/devices/${id}/token`);
  return connectReader({ url, token, serial });
}
