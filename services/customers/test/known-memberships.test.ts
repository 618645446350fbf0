import { expect, onTestFinished, test } from 'vitest';
import { CustomerServiceService } from '@lido/proto/lido/customers/v1/customer.ts';
import { SiteServiceService } from '@lido/proto/lido/customers/v1/site.ts';
import { Envelope } from '@lido/proto/lido/events/v1/envelope.ts';
import { Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import { openDatabase } from '@lido/runtime/db/database.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { addDays, localDateOf } from '@lido/runtime/time/zone.ts';
import { projectMembership } from '../src/known-memberships/known-membership.consumer.ts';
import { staff } from '../../../test/support/callers.ts';
import { anyCustomers, newCustomer, site } from './builders.ts';
import { addTenant, startCustomers } from './support.ts';

test('customers are found by the status that their membership has today at its site, not when it was told', async () => {
  const service = await startCustomers();
  onTestFinished(() => service.stop());
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const db = await openDatabase({ url: service.database.url, entities: [], migrations: [], telemetry });
  onTestFinished(() => db.stop());
  const tenant = await addTenant(service.database);
  // Fourteen hours ahead of UTC and eleven behind: these two are never on the same date.
  const sites = service.peer(SiteServiceService);
  const early = await sites.createSite(site({ timezone: 'Pacific/Kiritimati' }), tenant.owner);
  const late = await sites.createSite(site({ timezone: 'Pacific/Niue' }), tenant.owner);
  const caller = staff(tenant, [early.id, late.id]);
  const customers = service.peer(CustomerServiceService);

  const member = async (siteId: string, fields: Partial<Membership>): Promise<string> => {
    const { id } = await customers.createCustomer(newCustomer({ siteId }), caller);
    const members = [{ customerId: id, membershipNumber: '1' }] as Membership['members'];
    const membership = { ...Membership.decode(Buffer.alloc(0)), id: `m-${id}`, siteId, members, ...fields };
    const payload = Buffer.from(Membership.encode(membership).finish());
    const event = { ...Envelope.decode(Buffer.alloc(0)), payload };
    await db.transaction((em) => projectMembership(event, { em, origin: { actor: 'test', requestId: 'test' } }));
    return id;
  };
  const today = localDateOf(Date.now(), 'Pacific/Kiritimati');
  const upcoming = 'MEMBERSHIP_STATUS_UPCOMING' as const;
  const active = 'MEMBERSHIP_STATUS_ACTIVE' as const;
  const begun = await member(early.id, { status: upcoming, startDate: today });
  const notYet = await member(late.id, { status: upcoming, startDate: today });
  const over = await member(early.id, { status: active, startDate: '2020-01-01', endDate: addDays(today, -1) });
  const reserved = await member(early.id, { status: 'MEMBERSHIP_STATUS_RESERVED', startDate: today, endDate: today });
  const found = async (membership: string): Promise<string[]> =>
    (await customers.listCustomers(anyCustomers({ membership }), caller)).data.map(({ id }) => id).sort();
  expect(await found('active')).toEqual([begun]);
  expect(await found('upcoming')).toEqual([notYet]);
  expect(await found('expired')).toEqual([over]);
  expect(await found('reserved')).toEqual([reserved]);
  expect(await found('any')).toEqual([begun, notYet].sort());
  expect(await found('none')).toEqual([over, reserved].sort());
});
