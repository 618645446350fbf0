import { afterAll, beforeAll, expect, test } from 'vitest';
import { BarcodeServiceService } from '@lido/proto/lido/customers/v1/barcode.ts';
import { type Peer, peerOf } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import { eventually, startGateway } from './support.ts';
import { connectTo } from '../../../test/support/clients.ts';

let gateway: Awaited<ReturnType<typeof startGateway>>;
let barcodes: Peer<typeof BarcodeServiceService>;
let close: () => void;

beforeAll(async () => {
  gateway = await startGateway();
  const telemetry = startTelemetry({ service: 'test', logLevel: 'silent' });
  const client = connectTo(gateway.customersAddress, { name: 'customers', telemetry });
  barcodes = peerOf(BarcodeServiceService, client);
  close = () => client.close();
});
afterAll(async () => {
  close();
  await gateway.stop();
});

/** Does something at the owner, and waits until the doors know. How long that takes is measured end to end (owners-away). */
async function untilKnown(change: () => Promise<unknown>, isKnown: string, id: string): Promise<void> {
  await change();
  await eventually(async () => (await gateway.sql(isKnown, [id])).length === 1);
}

test('a customer who is banned is denied as soon as doors know, and let in again once the ban is lifted', async () => {
  const member = await gateway.addMember();
  const reader = await gateway.connect(await gateway.addDevice({ direction: 'DEVICE_DIRECTION_INNER' }));
  expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });

  const { caller, customers } = gateway;
  const id = member.customerId;
  await untilKnown(
    () => customers.blockCustomer({ id, reason: 'Threw a chair' }, caller),
    'select 1 from known_customers where id = $1 and access_blocked_at is not null',
    id,
  );
  gateway.advance(3);
  expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'denied' });
  const denied = await gateway.sql(`select reason from attempts where customer_id = $1 and outcome = 'denied'`, [id]);
  expect(denied).toEqual([{ reason: 'customer_blocked' }]);

  await untilKnown(
    () => customers.unblockCustomer({ id }, caller),
    'select 1 from known_customers where id = $1 and access_blocked_at is null',
    id,
  );
  gateway.advance(3);
  expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
});

test('a lost card opens nothing as soon as doors know, while its holder comes in by another one', async () => {
  const { caller } = gateway;
  const member = await gateway.addMember();
  const parentId = member.customerId;
  const other = { parentId, barcode: '0B0C0D0E', kind: 'MEDIUM_KIND_WEARABLE', data: null } as const;
  const { id: otherId } = await barcodes.createCustomerBarcode(other, caller);
  const { data } = await barcodes.listCustomerBarcodes({ parentId }, caller);
  const id = data.find(({ barcode }) => barcode === member.uid)?.id ?? '';
  await untilKnown(
    () => barcodes.blockCustomerBarcode({ parentId, id, reason: 'Lost' }, caller),
    'select 1 from known_media where id = $1 and blocked_at is not null',
    id,
  );
  await eventually(async () => (await gateway.sql('select 1 from known_media where id = $1', [otherId])).length === 1);

  const device = await gateway.addDevice({ direction: 'DEVICE_DIRECTION_INNER' });
  const reader = await gateway.connect(device);
  expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'denied' });
  const denied = await gateway.sql(`select reason from attempts where device_id = $1 and outcome = 'denied'`, [
    device.id,
  ]);
  expect(denied).toEqual([{ reason: 'medium_blocked' }]);
  expect(await reader.tap({ uid: '0B0C0D0E' })).toMatchObject({ outcome: 'granted' });

  await untilKnown(
    () => barcodes.unblockCustomerBarcode({ parentId, id }, caller),
    'select 1 from known_media where id = $1 and blocked_at is null',
    id,
  );
  gateway.advance(3);
  expect(await reader.tap({ uid: member.uid })).toMatchObject({ outcome: 'granted' });
});
