import { DeviceEntity } from './devices/device.entity.ts';
import { VisitEntity } from './visits/visit.entity.ts';

/** Every table that the ORM maps. */
export const entities = [DeviceEntity, VisitEntity];
