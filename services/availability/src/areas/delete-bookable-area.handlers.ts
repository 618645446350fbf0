import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { BookableArea } from '@lido/proto/lido/availability/v1/bookable_area.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { loadVisible, told } from '@lido/runtime/resource/load.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { touch } from '@lido/runtime/resource/update.ts';
import { AreaBookingTypeEntity, type AreaBookingTypeRow } from './area-booking-type.entity.ts';
import { areaBookingTypes } from './area-booking-type.handlers.ts';
import type { BookableAreaRow } from './bookable-area.entity.ts';

/** Removes an area and takes it out of the types it could be booked by, archived ones too. Its bookings stay as they are. */
export function deleteBookableArea(spec: ResourceSpec<BookableAreaRow, BookableArea>) {
  return ({ id }: { id: string }, call: Call): Promise<object> =>
    call.transact(async (transaction) => {
      const { em } = transaction;
      const area = await loadVisible(spec, id, call, { em, use: 'write' });
      const where = { areaIds: { $overlap: [id] } } as FilterQuery<AreaBookingTypeRow>;
      const types = await em.find(AreaBookingTypeEntity as EntityName<AreaBookingTypeRow>, where);
      for (const type of types as AreaBookingTypeRow[]) {
        type.areaIds = type.areaIds.filter((areaId) => areaId !== id);
        touch(type, call);
        await told(areaBookingTypes, type, transaction, call);
      }
      area.deletedAt = new Date(call.clock.nowMs());
      touch(area, call);
      await told(spec, area, transaction, call);
      return {};
    });
}
