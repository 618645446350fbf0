import { describe, expect, test } from 'vitest';
import { compileSite } from '../compile-site.ts';
import type { SiteModel, SlotQuery } from '../model.ts';
import {
  sampleClaim,
  sampleDate,
  sampleMs,
  samplePractitioner,
  sampleQuery,
  sampleRoom,
  sampleSite,
  sampleType,
} from '../sample-site.ts';
import { type ChosenStart, holdTogether, otherStarts } from './hold-together.ts';

const massage = { id: 'massage', practitionerIds: ['anna', 'ben'] };
const facial = { id: 'facial', practitionerIds: ['anna'] };

function site(changes: Partial<SiteModel> = {}): SiteModel {
  return sampleSite({
    practitioners: ['anna', 'ben'].map((id) => samplePractitioner(id)),
    rooms: [],
    appointmentTypes: [sampleType(massage), sampleType(facial)],
    ...changes,
  });
}

const at = (hour: number, changes: Partial<SlotQuery> = {}): ChosenStart => ({
  query: sampleQuery(changes),
  startMs: sampleMs(hour),
});

const hold = (model: SiteModel, chosen: ChosenStart[], rotateBy = 0) =>
  holdTogether(compileSite(model, sampleDate, 2), chosen, { max: 8, rotateBy });
const practitionersOf = (held: ReturnType<typeof hold>) =>
  'plans' in held ? held.plans.map((plan) => plan.map(({ practitionerIds }) => practitionerIds.join()).join(' ')) : [];

describe('items at chosen starts', () => {
  test('are held when there is any way, whatever the order and wherever the choice begins', () => {
    const items = [at(10, { appointmentTypeId: 'massage' }), at(10, { appointmentTypeId: 'facial' })];
    for (const rotateBy of [0, 1, 2]) {
      expect(practitionersOf(hold(site(), items, rotateBy))).toEqual(['ben anna']);
      expect(practitionersOf(hold(site(), items.toReversed(), rotateBy))).toEqual(['anna ben']);
    }
  });

  test('have several plans where there is a choice, each of them different', () => {
    const people = ['anna', 'ben', 'cleo', 'dora'].map((id) => samplePractitioner(id));
    const free = site({
      practitioners: people,
      appointmentTypes: [sampleType({ ...massage, practitionerIds: people.map(({ id }) => id) })],
    });
    const plans = practitionersOf(hold(free, [at(10), at(10)]));
    expect(plans.length).toBeGreaterThanOrEqual(4);
    expect(new Set(plans).size).toBe(plans.length);
  });

  test('fail with the first that cannot be beside the others, and with what it lacks', () => {
    expect(hold(site(), [at(10), at(10), at(10)])).toEqual({ failed: 2, reason: 'no_practitioners_available' });
    const rooms = site({
      rooms: [sampleRoom('blue')],
      appointmentTypes: [sampleType({ ...massage, roomIds: ['blue'] })],
    });
    expect(hold(rooms, [at(10), at(10)])).toEqual({ failed: 1, reason: 'no_rooms_available' });
    const tools = site({
      equipment: [{ id: 'stones', name: 'Stones', quantity: 1 }],
      appointmentTypes: [sampleType({ ...massage, equipmentIds: ['stones'] })],
    });
    expect(hold(tools, [at(10), at(10)])).toEqual({ failed: 1, reason: 'no_equipment_available' });
    const guestIds = ['kim'];
    expect(hold(site(), [at(10, { guestIds }), at(10, { guestIds })])).toEqual({
      failed: 1,
      reason: 'guest_unavailable',
    });
    expect(hold(site(), [at(10), at(7)])).toEqual({ failed: 1, reason: undefined });
  });

  test('keep to a buffer between them, which no guest has to wait for', () => {
    const buffered = site({ appointmentTypes: [sampleType({ ...facial, endBufferMinutes: 15 })] });
    const guestIds = ['kim'];
    const query = { appointmentTypeId: 'facial', guestIds };
    expect(hold(buffered, [at(10, query), at(11, query)])).toEqual({ failed: 1, reason: 'no_practitioners_available' });
    expect(practitionersOf(hold(buffered, [at(10, query), at(12, query)]))).toEqual(['anna anna']);
  });

  test('may be on different dates', () => {
    const tomorrow = '2026-06-16';
    const later = {
      query: sampleQuery({ dateFrom: tomorrow, dateTo: tomorrow, appointmentTypeId: 'facial' }),
      startMs: sampleMs(34),
    };
    expect(practitionersOf(hold(site(), [at(10, { appointmentTypeId: 'facial' }), later]))).toEqual(['anna anna']);
  });
});

describe('other starts', () => {
  test('are the nearest at which the item can be held beside the others', () => {
    const compiled = compileSite(site({ claims: [sampleClaim('claim', 'ben')] }), sampleDate, 1);
    const facialAt = (hour: number) => at(hour, { appointmentTypeId: 'facial' });
    expect(otherStarts(compiled, [facialAt(11)], facialAt(11), 3)).toEqual([10, 12, 9].map((hour) => sampleMs(hour)));
  });

  test('are none of those that only the items before it can have', () => {
    const compiled = compileSite(site({ claims: [sampleClaim('claim', 'ben')] }), sampleDate, 1);
    expect(otherStarts(compiled, [at(10, { appointmentTypeId: 'facial' })], at(10), 2)).toEqual([
      sampleMs(9),
      sampleMs(11),
    ]);
  });
});

test('nothing of the site changes, even when a question is refused', () => {
  const compiled = compileSite(site(), sampleDate, 1);
  const state = () => structuredClone([...compiled.practitioners.values()].map(({ claimed }) => claimed));
  const before = state();
  holdTogether(compiled, [at(10), at(10), at(10)], { max: 8, rotateBy: 0 });
  expect(() =>
    holdTogether(compiled, [at(10), at(10, { appointmentTypeId: 'unknown' })], { max: 8, rotateBy: 0 }),
  ).toThrow(RangeError);
  expect(state()).toEqual(before);
  expect(compiled.claims.size).toBe(0);
});
