import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestCaller } from '../../../test/support/callers.ts';
import { type Rule, type RuleRpcs, ruleFamilies, snakeCase } from './rule-families.ts';
import { holding, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe.each(ruleFamilies)('$of', ({ rpcs, parent, fields }) => {
  const valuesOf = (place: 0 | 1 | 2) =>
    Object.fromEntries(Object.entries(fields).map(([field, values]) => [field, values[place]]));
  const body = (values: object): Rule => ({ id: '', weekdays: [], ...values });
  const add = async () => {
    const rules = rpcs(world);
    const { id: parentId } = await parent(world);
    const { data: others } = await rules.list({ parentId }, world.staff);
    const made = await rules.create({ parentId, rule: body(valuesOf(0)) }, world.staff);
    return { rules, parentId, others, made, one: { parentId, id: made.id } };
  };
  /** Every call about a rule, as a caller makes it. */
  const asked = (rules: RuleRpcs, one: { parentId: string; id: string }, caller: TestCaller) => ({
    list: () => rules.list(one, caller),
    get: () => rules.get(one, caller),
    create: () => rules.create({ ...one, rule: body(valuesOf(1)) }, caller),
    update: () => rules.update({ ...one, rule: body(valuesOf(1)), updateMask: ['weekdays'] }, caller),
    remove: () => rules.remove(one, caller),
  });

  test('are added with all their fields, listed after the older ones, and gone when removed', async () => {
    const { rules, parentId, others, made, one } = await add();
    expect(made).toMatchObject(valuesOf(0));
    expect(await rules.get(one, world.staff)).toEqual(made);
    expect((await rules.list({ parentId }, world.staff)).data).toEqual([...others, made]);
    await rules.remove(one, world.staff);
    expect((await rules.list({ parentId }, world.staff)).data).toEqual(others);
    await expect(rules.get(one, world.staff)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(rules.remove(one, world.staff)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test.each(Object.entries(fields))(
    'change their %s where a body carries it, and nothing else',
    async (field, values) => {
      const { rules, made, one } = await add();
      const [, second, cleared] = values;
      const change = (rule: object, updateMask: string[]) =>
        rules.update({ ...one, rule: body(rule), updateMask }, world.staff);
      expect(await change(valuesOf(1), [snakeCase(field)])).toEqual({ ...made, [field]: second });
      expect(await change(valuesOf(0), [])).toEqual({ ...made, [field]: second });
      expect(await change({ price: 0 }, [snakeCase(field)])).toEqual({ ...made, [field]: cleared });
      expect(await rules.get(one, world.staff)).toEqual({ ...made, [field]: cleared });
    },
  );

  test('are found under their own parent only', async () => {
    const { rules, one } = await add();
    const elsewhere = { ...one, parentId: (await parent(world)).id };
    const { get, update, remove } = asked(rules, elsewhere, world.staff);
    for (const call of [get, update, remove]) await expect(call()).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('are missing to another organisation, and forbidden without the permission', async () => {
    const { rules, made, one } = await add();
    for (const call of Object.values(asked(rules, one, world.stranger)))
      await expect(call()).rejects.toMatchObject({ kind: 'not_found' });
    const { list, get, ...writes } = asked(rules, one, holding(world, 'reservations.view'));
    expect((await list()).data).toContainEqual(made);
    const outsider = asked(rules, one, holding(world, 'customers.view'));
    for (const call of [...Object.values(writes), outsider.list, outsider.get])
      await expect(call()).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await get()).toEqual(made);
  });

  const wrong = {
    weekdays: ['someday'],
    dateTo: '2029-12-31',
    ...('timeTo' in fields && { timeTo: '08:00' }),
    ...('weekday' in fields && { weekday: 'someday' }),
    ...('duration' in fields && { duration: 62 }),
    ...('minDuration' in fields && { minDuration: 62 }),
    ...('maxDuration' in fields && { maxDuration: 62 }),
  };

  test.each(Object.entries(wrong))('refuse a wrong %s by its name, and stay as they are', async (field, value) => {
    const { rules, parentId, others, made, one } = await add();
    const refusal = { kind: 'invalid', fields: { [snakeCase(field)]: [expect.any(String)] } };
    const rule = body({ ...valuesOf(0), [field]: value });
    await expect(rules.create({ parentId, rule }, world.staff)).rejects.toMatchObject(refusal);
    const updateMask = [snakeCase(field)];
    await expect(rules.update({ ...one, rule, updateMask }, world.staff)).rejects.toMatchObject(refusal);
    expect((await rules.list({ parentId }, world.staff)).data).toEqual([...others, made]);
  });
});
