import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { baseProperties } from '@lido/runtime/db/base.ts';

/** What sort of bookable somebody is present at. */
export type BookableWord = 'room' | 'area' | 'session';

/** Somebody's presence at a bookable, planned or true. */
export const BookableCheckinEntity = defineEntity({
  name: 'BookableCheckin',
  tableName: 'bookable_checkins',
  properties: {
    ...baseProperties,
    siteId: p.string(),
    objectId: p.string(),
    objectKind: p.string().$type<BookableWord>(),
    objectName: p.string(),
    startsAt: p.datetime(),
    endsAt: p.datetime(),
    checkIn: p.datetime().nullable(),
    checkOut: p.datetime().nullable(),
    type: p.string().nullable(),
    ownerId: p.string().nullable(),
    /** Whether check_in has ever been set, whatever became of it: what happens for the first time happens once. */
    hasArrived: p.boolean(),
    /** Whether check_out has ever been set. */
    hasLeft: p.boolean(),
    /** The visit that it began; absent where nobody arrived by it. */
    visitId: p.string().nullable(),
  },
});

export type BookableCheckinRow = InferEntity<typeof BookableCheckinEntity>;
