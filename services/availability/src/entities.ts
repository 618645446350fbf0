import { AppointmentTagEntity } from './catalogue/appointment-tag.entity.ts';
import { AppointmentTypeEntity } from './appointments/appointment-type.entity.ts';
import { CategoryEntity } from './catalogue/category.entity.ts';
import { AreaBookingTypeEntity } from './areas/area-booking-type.entity.ts';
import { BlockedTimeEntity } from './blocked-times/blocked-time.entity.ts';
import { BlockedTimePresetEntity } from './blocked-times/preset.entity.ts';
import { BookableAreaEntity } from './areas/bookable-area.entity.ts';
import { EquipmentEntity } from './equipment/equipment.entity.ts';
import { AvailabilityRuleEntity, PriceRuleEntity } from './offerings/rule.entity.ts';
import { ItemChoiceEntity, PackageEntity } from './packages/package.entity.ts';
import { MediaEntity } from './media/media.entity.ts';
import { PractitionerEntity } from './practitioners/practitioner.entity.ts';
import { RestrictionEntity } from './restrictions/restriction.entity.ts';
import { RecurrenceGroupEntity } from './recurrence-groups/recurrence-group.entity.ts';
import { RoomEntity } from './rooms/room.entity.ts';
import { CustomAvailabilityEntity } from './rotas/custom-availability.entity.ts';
import { PractitionerRotaEntity } from './rotas/practitioner-rota.entity.ts';
import { SessionTypeEntity } from './sessions/session-type.entity.ts';
import { SessionEntity } from './sessions/session.entity.ts';
import { ZoneEntity } from './zones/zone.entity.ts';

/** Every table that the ORM maps. */
export const entities = [
  AppointmentTagEntity,
  AppointmentTypeEntity,
  AreaBookingTypeEntity,
  AvailabilityRuleEntity,
  CategoryEntity,
  BlockedTimeEntity,
  BlockedTimePresetEntity,
  BookableAreaEntity,
  CustomAvailabilityEntity,
  EquipmentEntity,
  ItemChoiceEntity,
  PackageEntity,
  MediaEntity,
  PractitionerEntity,
  PractitionerRotaEntity,
  PriceRuleEntity,
  RestrictionEntity,
  RecurrenceGroupEntity,
  RoomEntity,
  SessionEntity,
  SessionTypeEntity,
  ZoneEntity,
];
