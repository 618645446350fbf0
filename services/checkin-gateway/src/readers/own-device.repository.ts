import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { findDevice } from '../devices/device.repository.ts';

/** The device that calls. A token is of one device: any other's path is as if it were not there. */
export async function ownDevice(id: string, call: Call): Promise<DeviceRow> {
  const device = id === call.principal.id ? await findDevice(call.em, id) : undefined;
  if (!device || device.deletedAt) throw notFound(id);
  return device;
}
