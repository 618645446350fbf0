import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiAt, type Row } from '../../../tools/seed/api.ts';
import { HttpReader, type JournalEntry } from '../simulator/http-reader.ts';
import { visitIdOf } from '../src/visits/visit-id.ts';
import { startGateway } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeAll(async () => {
  gateway = await startGateway({ hasApi: true });
});
afterAll(() => gateway.stop());

/** How many are tried in one run; `LIDO_REPLAY_SHUFFLES` sets another number. */
const shuffles = Number(process.env['LIDO_REPLAY_SHUFFLES'] ?? 100);
/** So many of them are under way at once, each with readers and members of its own. */
const laneCount = 4;

type ReaderName = 'turnstile' | 'exit';

/** One tap of the journal: who, at which reader, how many seconds into the day. */
interface Scene {
  readonly member: number;
  readonly reader: ReaderName;
  readonly second: number;
}

const at = (member: number, reader: ReaderName, time: string): Scene => {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return { member, reader, second: hours * 3_600 + minutes * 60 + seconds };
};

/** A day of three members: the turnstile lets in and out, the exit only out. */
const day: readonly Scene[] = [
  at(0, 'turnstile', '06:00:00'),
  at(1, 'turnstile', '06:00:00'),
  // The card is read twice, and held there once more within the least stay.
  at(0, 'turnstile', '06:00:01'),
  at(0, 'turnstile', '06:00:40'),
  at(0, 'exit', '07:30:00'),
  // Nobody is inside any more.
  at(0, 'exit', '07:30:20'),
  at(1, 'turnstile', '08:15:00'),
  at(1, 'turnstile', '08:20:00'),
  // Never leaves by a reader.
  at(2, 'turnstile', '09:00:00'),
  at(1, 'exit', '10:00:00'),
  at(0, 'turnstile', '11:00:00'),
  at(0, 'turnstile', '12:45:00'),
];

/** The visits of that day by the index of the tap they begin with, newest first. */
const visits = [
  { member: 0, begunBy: 10, from: '11:00:00', to: '12:45:00', by: 'turnstile' },
  { member: 2, begunBy: 8, from: '09:00:00', to: '13:00:00', by: 'turnstile' },
  { member: 1, begunBy: 7, from: '08:20:00', to: '10:00:00', by: 'turnstile' },
  { member: 0, begunBy: 0, from: '06:00:00', to: '07:30:00', by: 'turnstile' },
  { member: 1, begunBy: 1, from: '06:00:00', to: '08:15:00', by: 'turnstile' },
];

/** Readers and members that one shuffle after the other uses, each on a day of its own. */
async function openLane() {
  const add = async (direction: 'DEVICE_DIRECTION_TOGGLE' | 'DEVICE_DIRECTION_OUT', name: ReaderName) => {
    const { id, token } = await gateway.addDevice({ kind: 'DEVICE_KIND_READER_HTTP', direction, name });
    return { id, http: new HttpReader({ baseUrl: gateway.baseUrl, deviceId: id, token }) };
  };
  return {
    readers: {
      turnstile: await add('DEVICE_DIRECTION_TOGGLE', 'turnstile'),
      exit: await add('DEVICE_DIRECTION_OUT', 'exit'),
    },
    members: [await gateway.addMember(), await gateway.addMember(), await gateway.addMember()],
  };
}

type Lane = Awaited<ReturnType<typeof openLane>>;

/** A part of one reader's journal, sent in one request. */
interface Part {
  readonly reader: ReaderName;
  readonly scenes: readonly number[];
}

/** The journals in any order, each in up to three requests; some part is sent twice. */
const anyParts: fc.Arbitrary<Part[]> = fc
  .record({
    order: fc.shuffledSubarray([...day.keys()], { minLength: day.length }),
    cuts: fc.array(fc.nat(2), { minLength: day.length, maxLength: day.length }),
    again: fc.nat(5),
  })
  .chain(({ order, cuts, again }) => {
    const parts = Map.groupBy(order, (index) => `${day[index]?.reader} ${cuts[index]}`);
    const sent = [...parts].map(
      ([key, scenes]): Part => ({ reader: key.startsWith('exit') ? 'exit' : 'turnstile', scenes }),
    );
    const twice = [...sent, ...sent.slice(again, again + 1)];
    return fc.shuffledSubarray(twice, { minLength: twice.length });
  });

const firstDayMs = Date.parse('2021-01-01T00:00:00Z');
const dayMs = 24 * 3_600_000;
const dateOf = (dayIndex: number): string => new Date(firstDayMs + dayIndex * dayMs).toISOString().slice(0, 10);

async function replayOn(dayIndex: number, parts: readonly Part[], { readers, members }: Lane): Promise<void> {
  for (const { reader, scenes } of parts) {
    const journal = scenes.map((index): JournalEntry => {
      const scene = day[index];
      const value = members[scene?.member ?? 0]?.uid ?? '';
      const occurred_at = new Date(firstDayMs + dayIndex * dayMs + (scene?.second ?? 0) * 1_000).toISOString();
      return {
        event_id: `${dayIndex} ${index}`,
        medium: { kind: 'rfid_uid', value },
        occurred_at,
        decision: 'granted',
      };
    });
    const statuses = (await readers[reader].http.replay(journal)).map(({ status }) => status);
    expect(statuses.every((status) => status === 'accepted' || status === 'known')).toBe(true);
  }
}

interface ListedCheckIn extends Row {
  readonly customer: { readonly id: string };
  readonly method: { readonly name: string };
}

async function checkInsOn(dayIndex: number, { members }: Lane): Promise<object[]> {
  const date = dateOf(dayIndex);
  const who = members.map(({ customerId }) => `customer_id=${customerId}`).join('&');
  const path = `/customers/check-ins?${who}&checked_in_at_from=${date}&checked_in_at_to=${date}`;
  const listed = await apiAt(gateway.baseUrl, gateway.ownerToken).get<ListedCheckIn[]>(path);
  return listed.map(({ customer, method, ...checkIn }) => ({
    ...checkIn,
    customer_id: customer.id,
    method: method.name,
  }));
}

/** The list as it has to be, in the order of the list. */
function listOn(dayIndex: number, { readers, members }: Lane): object[] {
  const date = dateOf(dayIndex);
  const rows = visits.map(({ member, begunBy, from, to, by }) => ({
    id: visitIdOf(readers.turnstile.id, `${dayIndex} ${begunBy}`),
    customer_id: members[member]?.customerId,
    membership_id: members[member]?.membershipId,
    site_id: gateway.siteId,
    method: by,
    checked_in_at: `${date}T${from}.000Z`,
    checked_out_at: `${date}T${to}.000Z`,
  }));
  return rows.toSorted((a, b) => b.checked_in_at.localeCompare(a.checked_in_at) || (a.id < b.id ? -1 : 1));
}

test(`journals in ${shuffles} shuffles over HTTP give one and the same list of visits`, {
  timeout: 600_000,
}, async () => {
  const lanes: Lane[] = [];
  while (lanes.length < laneCount) lanes.push(await openLane());
  const shuffled = fc.sample(anyParts, { numRuns: shuffles, seed: 20_260_401 });
  await Promise.all(
    lanes.map(async (lane, laneIndex) => {
      for (let index = laneIndex; index < shuffled.length; index += lanes.length) {
        await replayOn(index, shuffled[index] ?? [], lane);
        expect(await checkInsOn(index, lane), JSON.stringify(shuffled[index])).toEqual(listOn(index, lane));
      }
    }),
  );
});
