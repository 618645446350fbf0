import { afterAll, beforeAll, expect, test } from 'vitest';
import { EntitlementServiceService } from '@lido/proto/lido/memberships/internal/v1/entitlement.ts';
import { anotherService, anybody } from '../../../test/support/callers.ts';
import { type MembershipDesk, openDesk } from './support.ts';

let desk: MembershipDesk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.stop());

const exported = async (afterId = '', limit = 100) =>
  (await desk.peer(EntitlementServiceService).exportMemberships({ afterId, limit }, anotherService())).memberships;

test('memberships come in pages, as their newest events told them, with the versions: cancelled and archived ones too', async () => {
  const upcoming = await desk.reserve();
  const cancelled = await desk.confirm(await desk.reserve());
  await desk.memberships.cancelMembership({ id: cancelled.id }, desk.caller);
  const archived = await desk.reserve();
  await desk.memberships.deleteMembership({ id: archived.id }, desk.caller);

  const all = await exported();
  expect(all.map(({ membership }) => membership?.id)).toEqual([upcoming.id, cancelled.id, archived.id].toSorted());
  const versionOf = (id: string) => all.find(({ membership }) => membership?.id === id)?.version;
  expect([upcoming, cancelled, archived].map(({ id }) => versionOf(id))).toEqual([1, 3, 2]);
  const told = all.find(({ membership }) => membership?.id === cancelled.id)?.membership;
  expect(told).toMatchObject({
    organisationId: cancelled.organisationId,
    siteId: desk.site.id,
    startDate: '2026-01-01',
  });
  expect(told?.members.map(({ customerId }) => customerId)).toEqual([cancelled.customer?.id]);
  expect(all.find(({ membership }) => membership?.id === archived.id)?.membership?.deletedAt).toEqual(
    expect.any(String),
  );

  const paged = [];
  for (let afterId: string | undefined = ''; afterId !== undefined; ) {
    const page = await exported(afterId, 2);
    paged.push(...page);
    afterId = page.at(-1)?.membership?.id;
  }
  expect(paged).toEqual(all);
  expect(await exported('', 0)).toEqual(all.slice(0, 1));
});

test('nobody but services may have them', async () => {
  const directory = desk.peer(EntitlementServiceService);
  for (const caller of [anybody(), desk.caller]) {
    const refused = directory.exportMemberships({ afterId: '', limit: 1 }, caller);
    await expect(refused).rejects.toMatchObject({ kind: 'forbidden' });
  }
});
