import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tap } from '../src/visits/tap.ts';
import type { TapDecider } from '../src/visits/tap.handlers.ts';
import { visitIdOf } from '../src/visits/visit-id.ts';
import { type Replica, startReplica, tapAt } from './replica.ts';
import { startGateway, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let replica: Replica;
let decider: TapDecider;

beforeAll(async () => {
  gateway = await startGateway();
  replica = await startReplica(gateway);
  decider = replica.decider;
});
afterAll(async () => {
  await replica.stop();
  await gateway.stop();
});

async function tapOf(guest: TestGuest): Promise<Tap> {
  return tapAt(gateway, (await gateway.addDevice()).id, guest);
}

const visitIdsOf = async ({ customerId }: TestGuest): Promise<string[]> =>
  (await gateway.sql<{ id: string }>('select id from visits where customer_id = $1', [customerId])).map(({ id }) => id);

test('an event that comes again gets the decision it had, however much later', async () => {
  const member = await gateway.addMember();
  const tap = await tapOf(member);
  const decision = await decider.decide(tap);
  expect(await decider.decide(tap)).toEqual(decision);
  gateway.advance(3_600);
  const later = { ...tap, receivedAt: new Date(gateway.nowMs()), occurredAt: new Date(gateway.nowMs()) };
  expect(decision.relays).toHaveLength(1);
  expect(await decider.decide(later)).toEqual({ ...decision, unlockMs: 0, relays: [] });
  expect(await visitIdsOf(member)).toEqual([visitIdOf(tap.deviceId, tap.eventId)]);
});

test('an exit opens again for an event that comes again, however much later', async () => {
  const { id } = await gateway.addDevice({ direction: 'DEVICE_DIRECTION_OUT' });
  const tap = tapAt(gateway, id, await gateway.addMember());
  const decision = await decider.decide(tap);
  expect(decision.relays).toHaveLength(1);
  const later = { ...tap, receivedAt: new Date(tap.receivedAt.getTime() + 3_600_000) };
  expect(await decider.decide(later)).toEqual(decision);
});

test('an event that comes several times at once is decided once', async () => {
  const member = await gateway.addMember();
  const tap = await tapOf(member);
  const decisions = await Promise.all(Array.from({ length: 5 }, () => decider.decide(tap)));
  for (const decision of decisions) expect(decision).toEqual(decisions[0]);
  expect(decisions[0]).toMatchObject({ outcome: 'granted', action: 'check_in' });
  expect(await visitIdsOf(member)).toHaveLength(1);
  expect(await gateway.sql('select outcome from attempts where event_id = $1', [tap.eventId])).toEqual([
    { outcome: 'granted' },
  ]);
});

test('many taps of one customer at many readers at once make one visit', async () => {
  const member = await gateway.addMember();
  const taps = await Promise.all(Array.from({ length: 8 }, () => tapOf(member)));
  const decisions = await Promise.all(taps.map((tap) => decider.decide(tap)));
  expect(decisions.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1);
  expect(decisions.filter(({ reason }) => reason === 'already_inside')).toHaveLength(7);
  expect(await visitIdsOf(member)).toHaveLength(1);
});

test('a tap of a device that does not exist opens nothing', async () => {
  const tap = await tapOf(await gateway.addMember());
  expect(await decider.decide({ ...tap, deviceId: 'nowhere' })).toMatchObject({ outcome: 'denied', relays: [] });
});
