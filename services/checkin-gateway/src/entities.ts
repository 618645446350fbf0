import { ActionEntity } from './actions/action.entity.ts';
import { AttemptEntity } from './attempts/attempt.entity.ts';
import { CodeEntity } from './codes/code.entity.ts';
import { DeviceEntity } from './devices/device.entity.ts';
import { BookableCheckinEntity } from './presence/bookable-checkin.entity.ts';
import { StoreCheckinEntity } from './store-check-ins/store-checkin.entity.ts';
import { VisitPolicyEntity } from './visits/policy.entity.ts';
import { VisitEntity } from './visits/visit.entity.ts';

/** Every table that the ORM maps. */
export const entities = [
  ActionEntity,
  AttemptEntity,
  BookableCheckinEntity,
  CodeEntity,
  DeviceEntity,
  StoreCheckinEntity,
  VisitEntity,
  VisitPolicyEntity,
];
