import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ListCheckInsRequest } from '@lido/proto/lido/checkin/v1/check_in.ts';
import { staff, staffElsewhere } from '../../../test/support/callers.ts';
import { anyCheckIns, newCheckIn } from './builders.ts';
import { startGateway, type TestGuest } from './support.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let member: TestGuest & { membershipId: string };

beforeAll(async () => {
  gateway = await startGateway();
  member = await gateway.addMember();
});
afterAll(() => gateway.stop());

const create = (fields: Parameters<typeof newCheckIn>[0] = {}, caller = gateway.caller) =>
  gateway.checkIns.createCheckIn(
    newCheckIn({ customerId: member.customerId, siteId: gateway.siteId, ...fields }),
    caller,
  );

async function idsOf(filters: Partial<ListCheckInsRequest>): Promise<string[]> {
  const { data } = await gateway.checkIns.listCheckIns(anyCheckIns(filters), gateway.caller);
  return data.map(({ id }) => id);
}

describe('recording a check-in', () => {
  test('answers the arrival with the customer, the membership and the method', async () => {
    const checkIn = await create({ membershipId: member.membershipId, methodId: 'scanned' });
    expect(checkIn).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      customer: { id: member.customerId, firstName: 'Ada', lastName: 'Byron', fullName: 'Ada Byron', email: null },
      membershipId: member.membershipId,
      siteId: gateway.siteId,
      method: { name: 'Scanned' },
      checkedInAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
      checkedOutAt: null,
    });
  });

  test('takes a reader as the method and names it', async () => {
    const { id } = await gateway.addDevice({ name: 'Pool gate' });
    const checkIn = await create({ methodId: id, methodType: 'CHECK_IN_METHOD_TYPE_GANTNER' });
    expect(checkIn.method).toEqual({ name: 'Pool gate' });
  });

  test('needs neither membership nor method, for a booking alone may let a guest in', async () => {
    for (const fields of [{}, { membershipId: '' }])
      expect(await create(fields)).toMatchObject({ membershipId: null, method: { name: 'Check-in button' } });
  });

  test('ends the visit before, so that nobody is inside twice', async () => {
    const guest = await gateway.addGuest();
    const first = await create({ customerId: guest.customerId });
    const second = await create({ customerId: guest.customerId });
    const { data } = await gateway.checkIns.listCheckIns(
      anyCheckIns({ customerId: [guest.customerId] }),
      gateway.caller,
    );
    expect(data.find(({ id }) => id === first.id)?.checkedOutAt).toBe(second.checkedInAt);
    expect(data.find(({ id }) => id === second.id)?.checkedOutAt).toBeNull();
  });

  test('ends a forgotten visit before at the time when it should have ended', async () => {
    const { customerId } = await gateway.addGuest();
    const first = await create({ customerId });
    gateway.advance(5 * 3_600);
    await create({ customerId });
    const { data } = await gateway.checkIns.listCheckIns(anyCheckIns({ customerId: [customerId] }), gateway.caller);
    const end = data.find(({ id }) => id === first.id)?.checkedOutAt ?? '';
    expect(Date.parse(end) - Date.parse(first.checkedInAt ?? '')).toBe(4 * 3_600_000);
  });

  test.each([
    ['customer_id', { customerId: 'nobody' }],
    ['site_id', { siteId: 'nowhere' }],
    ['membership_id', { membershipId: 'none' }],
    ['method_id', { methodId: 'by-telepathy' }],
    ['method_id', { methodId: 'no-device', methodType: 'CHECK_IN_METHOD_TYPE_GANTNER' }],
    ['method_id', { methodType: 'CHECK_IN_METHOD_TYPE_GANTNER' }],
  ] as const)('refuses an unknown %s on that field', async (field, fields) => {
    await expect(create(fields)).rejects.toMatchObject({ kind: 'invalid', fields: { [field]: [expect.any(String)] } });
  });

  test('tells all that is wrong at once', async () => {
    const refused = create({ customerId: 'nobody', siteId: 'nowhere', methodId: 'by-telepathy' });
    await expect(refused).rejects.toMatchObject({
      fields: { customer_id: [expect.any(String)], site_id: [expect.any(String)], method_id: [expect.any(String)] },
    });
  });

  test('takes the site, customer and reader of another organisation for unknown', async () => {
    const { id } = await gateway.addDevice();
    const stranger = staffElsewhere(gateway.caller);
    const refused = create({ methodId: id, methodType: 'CHECK_IN_METHOD_TYPE_GANTNER' }, stranger);
    await expect(refused).rejects.toMatchObject({
      fields: { customer_id: [expect.any(String)], site_id: [expect.any(String)], method_id: [expect.any(String)] },
    });
  });

  test("takes another customer's membership for unknown", async () => {
    const other = await gateway.addGuest();
    const refused = create({ customerId: other.customerId, membershipId: member.membershipId });
    await expect(refused).rejects.toMatchObject({ fields: { membership_id: [expect.any(String)] } });
  });

  test('needs the permission checkins.manage at the site', async () => {
    const viewer = staff(gateway, [gateway.siteId], { held: ['checkins.view'] });
    await expect(create({}, viewer)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('listing check-ins', () => {
  test('shows the newest first, in pages', async () => {
    const guest = await gateway.addGuest();
    const made: string[] = [];
    for (let count = 0; count < 3; count++) {
      made.unshift((await create({ customerId: guest.customerId })).id);
      gateway.advance(60);
    }
    const customerId = [guest.customerId];
    expect(await idsOf({ customerId })).toEqual(made);
    const second = await gateway.checkIns.listCheckIns(
      anyCheckIns({ customerId, page: 2, perPage: 2 }),
      gateway.caller,
    );
    expect(second.data.map(({ id }) => id)).toEqual(made.slice(2));
    expect(second.page).toEqual({ page: 2, perPage: 2, total: 3 });
  });

  test('takes several customers', async () => {
    const guests = [await gateway.addGuest(), await gateway.addGuest()];
    const made = await Promise.all(guests.map(({ customerId }) => create({ customerId })));
    const ids = await idsOf({ customerId: guests.map(({ customerId }) => customerId) });
    expect(ids.sort()).toEqual(made.map(({ id }) => id).sort());
  });

  test('matches departures by date_from and date_to, and arrivals only by checked_in_at', async () => {
    const guest = await gateway.addMember();
    const reader = await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_TOGGLE' }));
    await reader.tap({ uid: guest.uid });
    gateway.advance(3_600);
    const between = new Date(gateway.nowMs() - 1_000).toISOString();
    await reader.tap({ uid: guest.uid });
    const customerId = [guest.customerId];
    const [id] = await idsOf({ customerId });
    expect(await idsOf({ customerId, dateFrom: between })).toEqual([id]);
    expect(await idsOf({ customerId, dateTo: between })).toEqual([id]);
    expect(await idsOf({ customerId, checkedInAtFrom: between })).toEqual([]);
    expect(await idsOf({ customerId, checkedInAtTo: between })).toEqual([id]);
  });

  test('takes a date for the whole day', async () => {
    const guest = await gateway.addGuest();
    const { checkedInAt, id } = await create({ customerId: guest.customerId });
    const day = (checkedInAt ?? '').slice(0, 10);
    const customerId = [guest.customerId];
    expect(await idsOf({ customerId, checkedInAtFrom: day, checkedInAtTo: day })).toEqual([id]);
    expect(await idsOf({ customerId, dateTo: '2020-01-01' })).toEqual([]);
  });

  test('filters by method and by its type', async () => {
    const guest = await gateway.addGuest();
    const { id: methodId } = await gateway.addDevice();
    const customerId = [guest.customerId];
    const scanned = await create({ customerId: guest.customerId, methodId: 'scanned' });
    const read = await create({ customerId: guest.customerId, methodId, methodType: 'CHECK_IN_METHOD_TYPE_GANTNER' });
    expect(await idsOf({ customerId, methodId: 'scanned' })).toEqual([scanned.id]);
    expect(await idsOf({ customerId, methodId })).toEqual([read.id]);
    expect(await idsOf({ customerId, methodType: 'CHECK_IN_METHOD_TYPE_GANTNER' })).toEqual([read.id]);
  });

  test('shows nothing of another organisation, and does not know its sites', async () => {
    await create();
    const stranger = staffElsewhere(gateway.caller);
    const mine = await gateway.checkIns.listCheckIns(anyCheckIns({ customerId: [member.customerId] }), stranger);
    expect(mine.data).toEqual([]);
    const hidden = gateway.checkIns.listCheckIns(anyCheckIns({ siteId: gateway.siteId }), stranger);
    await expect(hidden).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('needs the permission checkins.view', async () => {
    const cleaner = staff(gateway, [gateway.siteId], { held: [] });
    await expect(gateway.checkIns.listCheckIns(anyCheckIns(), cleaner)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('shows an erased customer by id alone', async () => {
    const guest = await gateway.addGuest();
    await create({ customerId: guest.customerId });
    await gateway.customers.deleteCustomer({ id: guest.customerId }, gateway.caller);
    const emptied = async () => {
      const { data } = await gateway.checkIns.listCheckIns(
        anyCheckIns({ customerId: [guest.customerId] }),
        gateway.caller,
      );
      return data[0]?.customer;
    };
    await expect
      .poll(emptied, { timeout: 20_000 })
      .toMatchObject({ id: guest.customerId, firstName: null, lastName: null, email: null });
  });
});
