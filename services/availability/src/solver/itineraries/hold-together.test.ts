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
import { type ChosenStart, holdDespiteRules, holdTogether, otherStarts } from './hold-together.ts';

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

describe('items that skip the rules', () => {
  const night = (typeId: string, minute: number, changes: Partial<SlotQuery> = {}): ChosenStart => ({
    query: sampleQuery({ appointmentTypeId: typeId, ...changes }),
    startMs: sampleMs(22, minute),
  });
  const holdAnyhow = (model: SiteModel, chosen: ChosenStart[], { rotateBy = 0, takesOver = false } = {}) =>
    holdDespiteRules(compileSite(model, sampleDate, 2), chosen, { max: 8, rotateBy, takesOver });

  test('are held when there is any way, off the grid and out of hours', () => {
    const items = [night('massage', 7), night('facial', 23)];
    for (const rotateBy of [0, 1, 2]) {
      expect(practitionersOf(holdAnyhow(site(), items, { rotateBy }))).toEqual(['ben anna']);
      expect(practitionersOf(holdAnyhow(site(), items.toReversed(), { rotateBy }))).toEqual(['anna ben']);
    }
  });

  test('fail with the first that cannot be beside the others, to the minute', () => {
    const items = [night('facial', 0), night('facial', 59)];
    expect(holdAnyhow(site(), items)).toEqual({ failed: 1, reason: 'no_practitioners_available' });
    expect(practitionersOf(holdAnyhow(site(), [night('facial', 0), night('facial', 60)]))).toEqual(['anna anna']);
    const guestIds = ['kim'];
    const twice = [night('massage', 0, { guestIds }), night('massage', 30, { guestIds })];
    expect(holdAnyhow(site(), twice)).toEqual({ failed: 1, reason: 'guest_unavailable' });
  });

  test('take what they name from others, but not from each other', () => {
    const taken = sampleClaim('claim', 'anna', { fromMs: sampleMs(22), toMs: sampleMs(24) });
    const named = night('massage', 0, { practitionerIds: ['anna'] });
    expect(holdAnyhow(site({ claims: [taken] }), [named, night('massage', 0)])).toMatchObject({ failed: 0 });
    const held = holdAnyhow(site({ claims: [taken] }), [night('massage', 0), named], { takesOver: true });
    expect(practitionersOf(held)).toEqual(['ben anna']);
    const both = holdAnyhow(site({ claims: [taken] }), [named, named], { takesOver: true });
    expect(both).toEqual({ failed: 1, reason: 'no_practitioners_available' });
  });

  test('are not bound by what a practitioner may do in a day', () => {
    const short = samplePractitioner('anna', {
      restrictions: [
        {
          ...{ type: 'max_duration', appliesTo: 'specific', appointmentTypeIds: ['facial'], categoryIds: [] },
          ...{ dateFrom: null, dateTo: null, maxDurationMinutes: 60 },
        },
      ],
    });
    const model = site({ practitioners: [short], appointmentTypes: [sampleType(facial)] });
    const day = [at(10, { appointmentTypeId: 'facial' }), at(12, { appointmentTypeId: 'facial' })];
    expect(hold(model, day)).toEqual({ failed: 1, reason: 'no_practitioners_available' });
    expect(practitionersOf(holdAnyhow(model, day))).toEqual(['anna anna']);
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
