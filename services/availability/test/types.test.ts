import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestCaller } from '../../../test/support/callers.ts';
import { snakeCase } from './rule-families.ts';
import { typeFamilies } from './type-families.ts';
import { holding, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe.each(typeFamilies)('$of', ({ key, rpcs, blank, fields, wrong }) => {
  const valuesOf = (place: 0 | 1) =>
    Object.fromEntries(Object.entries(fields).map(([field, values]) => [field, values[place]]));
  const price = () => ({ id: '', [`${key}Id`]: '', weekdays: [], price: 1_500 });
  const body = (values: object) => ({ ...blank(world.siteId), priceRules: [price()], ...values });
  const add = async () => {
    const types = rpcs(world);
    const made = await types.create(body(valuesOf(0)), world.staff);
    const listed = async (caller: TestCaller, archived = false) => {
      const request = { siteId: [], categoryId: [], sessionTypeId: [], perPage: 100, archived };
      return (await types.list(request, caller)).data.some(({ id }) => id === made.id);
    };
    const change = (values: object, updateMask: string[], caller = world.staff) =>
      types.update({ id: made.id, [key]: body(values), updateMask }, caller);
    const copy = (values: object, updateMask: string[], caller = world.staff) =>
      types.copy({ id: made.id, [key]: body(values), updateMask }, caller);
    return { types, made, one: { id: made.id }, listed, change, copy };
  };
  const later = { updatedAt: expect.any(String) };

  test('are added with all that the body says, and listed', async () => {
    const { types, made, one, listed } = await add();
    expect(made).toMatchObject({ ...valuesOf(0), deletedAt: null, priceRules: [{ price: 1_500 }] });
    expect(await types.get(one, world.staff)).toEqual(made);
    expect([await listed(world.staff), await listed(world.staff, true)]).toEqual([true, false]);
  });

  test.each(Object.entries(fields))(
    'change their %s where a body carries it, and nothing else',
    async (field, values) => {
      const { types, made, one, change } = await add();
      const [, second, cleared] = values;
      const changed = { ...made, ...later, [field]: second };
      expect(await change({ ...valuesOf(1), priceRules: [] }, [snakeCase(field)])).toEqual(changed);
      expect(await change(valuesOf(0), [])).toEqual(changed);
      if (cleared === undefined) return;
      expect(await change({ [field]: null }, [snakeCase(field)])).toEqual({ ...changed, [field]: cleared });
      expect(await types.get(one, world.staff)).toEqual({ ...changed, [field]: cleared });
    },
  );

  test('leave the list when archived, stay readable, and are back once restored', async () => {
    const { types, made, one, listed } = await add();
    const states = async () => [await listed(world.staff), await listed(world.staff, true)];
    await types.remove(one, world.staff);
    const archived = await types.get(one, world.staff);
    expect(archived).toEqual({ ...made, ...later, deletedAt: expect.any(String) });
    expect(await states()).toEqual([false, true]);
    await types.remove(one, world.staff);
    expect(await types.get(one, world.staff)).toEqual(archived);
    const restored = await types.restore(one, world.staff);
    expect(restored).toEqual({ ...made, ...later });
    expect(await states()).toEqual([true, false]);
    expect(await types.restore(one, world.staff)).toEqual(restored);
  });

  test('are copied, archived ones too, with their prices, but for what the body says', async () => {
    const { types, made, one, copy } = await add();
    await types.remove(one, world.staff);
    const copied = await copy(valuesOf(1), ['name', 'description']);
    const { name, description } = valuesOf(1);
    const own = { id: expect.any(String), [`${key}Id`]: copied.id };
    expect(copied).toEqual({
      ...{ ...made, ...later, id: expect.any(String), createdAt: expect.any(String), name, description },
      priceRules: made.priceRules.map((rule) => ({ ...rule, ...own })),
    });
    const ids = [made.id, copied.id, made.priceRules[0]?.id, copied.priceRules[0]?.id];
    expect(new Set(ids).size).toBe(ids.length);
    expect((await copy({ priceRules: [] }, ['price_rules'])).priceRules).toEqual([]);
  });

  test('are missing to another organisation, and forbidden without the permission', async () => {
    const { types, made, one, listed, change, copy } = await add();
    const writes = (caller: TestCaller) => [
      () => change({ name: 'Theirs' }, ['name'], caller),
      () => copy({}, [], caller),
      () => types.remove(one, caller),
      () => types.restore(one, caller),
    ];
    for (const call of [() => types.get(one, world.stranger), ...writes(world.stranger)])
      await expect(call()).rejects.toMatchObject({ kind: 'not_found' });
    expect(await listed(world.stranger)).toBe(false);
    const siteField = key === 'appointmentType' ? 'site_ids' : 'site_id';
    await expect(types.create(body({}), world.stranger)).rejects.toMatchObject({
      kind: 'invalid',
      fields: { [siteField]: [expect.stringContaining(world.siteId)] },
    });
    const viewer = holding(world, 'reservations.view');
    expect([await types.get(one, viewer), await listed(viewer)]).toEqual([made, true]);
    const outsider = holding(world, 'customers.view');
    const refused = [
      ...[...writes(viewer), () => types.create(body({}), viewer)],
      ...[() => types.get(one, outsider), () => listed(outsider)],
    ];
    for (const call of refused) await expect(call()).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await types.get(one, world.staff)).toEqual(made);
  });

  test.each(Object.entries(wrong))('refuse a wrong %s by its name, and stay as they are', async (field, values) => {
    const { types, made, one, change, copy } = await add();
    const refusal = { kind: 'invalid', fields: { [field]: [expect.any(String)] } };
    const updateMask = Object.keys(values).map(snakeCase);
    for (const call of [
      () => types.create(body(values), world.staff),
      () => change(values, updateMask),
      () => copy(values, updateMask),
    ]) {
      await expect(call()).rejects.toMatchObject(refusal);
    }
    expect(await types.get(one, world.staff)).toEqual(made);
  });
});
