import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

export type AttemptOutcome = 'granted' | 'denied' | 'refused';

/** A line of the log of attempts. Taps are written by the statement that keeps their decision. */
export const AttemptEntity = defineEntity({
  name: 'Attempt',
  tableName: 'attempts',
  properties: {
    deviceId: p.string().primary(),
    /** Of the tap; made up for refusals. */
    eventId: p.string().primary(),
    organisationId: p.string(),
    siteId: p.string(),
    customerId: p.string().nullable(),
    outcome: p.string().$type<AttemptOutcome>(),
    reason: p.string(),
    count: p.integer(),
    occurredAt: p.datetime(),
  },
});

export type AttemptRow = InferEntity<typeof AttemptEntity>;
