import { expect, onTestFinished, test } from 'vitest';
import { MembershipServiceService } from '@lido/proto/lido/memberships/v1/membership.ts';
import { MembershipTypeServiceService } from '@lido/proto/lido/memberships/v1/membership_type.ts';
import { createClient, peerOf } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { anyCheckIns } from './builders.ts';
import { eventually, startGateway } from './support.ts';

test('a membership of the real memberships service opens the door once it is confirmed, and no more once it is cancelled', async () => {
  const gateway = await startGateway({ hasRealMemberships: true });
  onTestFinished(() => gateway.stop());
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const client = createClient(gateway.membershipsAddress, { name: 'memberships', telemetry });
  onTestFinished(() => client.close());
  const memberships = peerOf(MembershipServiceService, client);
  const guest = await gateway.addGuest();
  const reader = await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_TOGGLE' }));
  const tapLater = (): ReturnType<typeof reader.tap> => {
    gateway.advance(120);
    return reader.tap({ uid: guest.uid });
  };
  const isKnownAs = (status: string) => async (): Promise<boolean> =>
    (
      await gateway.sql('select 1 from known_memberships where customer_id = $1 and status = $2', [
        guest.customerId,
        status,
      ])
    ).length === 1;
  expect(await tapLater()).toMatchObject({ outcome: 'denied', displayText: 'No booking found' });

  const rate = { price: { amount: 5_000, currency: 'gbp' }, joiningFee: null, processors: [] };
  const type = await peerOf(MembershipTypeServiceService, client).createMembershipType(
    { name: 'Gold', visibility: 'VISIBILITY_UNSPECIFIED', initialRate: rate },
    gateway.caller,
  );
  const membership = await memberships.createMembership(
    {
      ...{
        customerId: guest.customerId,
        customerData: null,
        siteId: gateway.siteId,
        startDate: '2020-01-01',
        endDate: '2099-12-31',
      },
      ...{
        membershipTypeId: type.id,
        membershipRateId: type.rates[0]?.id ?? '',
        source: 'MEMBERSHIP_SOURCE_UNSPECIFIED',
      },
    },
    gateway.caller,
  );
  await eventually(isKnownAs('reserved'));
  expect(await tapLater()).toMatchObject({ outcome: 'denied', displayText: 'Membership not active' });

  await memberships.confirmMembership({ id: membership.id }, gateway.caller);
  await eventually(isKnownAs('active'));
  expect(await tapLater()).toMatchObject({ outcome: 'granted', displayText: 'Welcome' });
  const { data } = await gateway.checkIns.listCheckIns(anyCheckIns({ customerId: [guest.customerId] }), gateway.caller);
  expect(data).toMatchObject([{ membershipId: membership.id }]);

  await memberships.cancelMembership({ id: membership.id }, gateway.caller);
  await eventually(isKnownAs('cancelled'));
  expect(await tapLater()).toMatchObject({ outcome: 'granted', displayText: 'Goodbye' });
  expect(await tapLater()).toMatchObject({ outcome: 'denied', displayText: 'Membership not active' });
});
