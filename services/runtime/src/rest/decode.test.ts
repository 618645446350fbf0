import { loadImage } from '@lido/proto/image';
import { Specimen } from '@lido/proto/lido/rest/testing/v1/specimen.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { DEPTH_MAX, FREE_FORM_BYTES_MAX } from './free-form.ts';
import { specimenPlan } from './testing/specimens.ts';

const plan = specimenPlan(loadImage());
const valid = { site_id: 's1', name: 'Pearl' };
const create = (changes: object) => decodeBody(plan, { ...valid, ...changes });
const change = (body: object) => decodeBody(plan, body, { changing: true });
const nest = (depth: number): unknown => (depth === 0 ? 1 : { a: nest(depth - 1) });

describe('set, null and absent', () => {
  it('an absent field is unset and not in the mask', () => {
    const { value, mask, errors } = change({ name: 'Opal' });
    expect(errors).toEqual({});
    expect(mask).toEqual(['name']);
    expect(value).toEqual({ ...plan.create(), name: 'Opal' });
  });

  it('null clears optional fields, lists, maps and messages and is in the mask', () => {
    const body = { description: null, tag_ids: null, labels: null, main_part: null, stage: null, anything: null };
    const { value, mask, errors } = change(body);
    expect(errors).toEqual({});
    expect(mask.sort()).toEqual(['anything', 'description', 'labels', 'main_part', 'stage', 'tag_ids']);
    expect(value).toEqual(plan.create());
  });

  it('a required field must be there on create, may be absent in a change, and is never null or empty', () => {
    expect(decodeBody(plan, {}).errors).toEqual({
      site_id: ['The site_id field is required.'],
      name: ['The name field is required.'],
    });
    expect(change({}).errors).toEqual({});
    expect(change({ name: null }).errors).toEqual({ name: ['The name field is required.'] });
    expect(create({ name: '' }).errors).toEqual({ name: ['The name field is required.'] });
  });

  it('output-only, unknown and, in a change, immutable keys are ignored whatever they hold', () => {
    const { value, mask, errors } = change({ id: 5, created_at: [], site_id: 7, nonsense: true });
    expect({ errors, mask, value }).toEqual({ errors: {}, mask: [], value: plan.create() });
  });

  it('lists replace, and their items are checked as new ones', () => {
    expect(change({ parts: [{ quantity: 1 }, 'x'] }).errors).toEqual({
      'parts.0.name': ['The parts.0.name field is required.'],
      'parts.1': ['The parts.1 field must be an object.'],
    });
  });

  it('the mask holds proto names, not JSON names', () => {
    expect(change({ className: 'A', address_line_1: 'B' }).mask).toEqual(['address_line_1', 'class_name']);
  });
});

describe('errors', () => {
  it('reports every field that is wrong at once, saying what is allowed', () => {
    const { errors } = create({
      name: 5,
      capacity: '5',
      price: 1.5,
      private: 'no',
      ratio: 'x',
      stage: 'ARRIVED',
      cycle: 'monthly',
      tag_ids: 'a',
      parts: [{ name: 'a', quantity: -1, parts: [{ name: 3 }] }],
      extra: [],
      labels: { a: 1 },
      date: '2026-02-30',
      barcode: true,
    });
    expect(errors).toEqual({
      name: ['The name field must be a string.'],
      capacity: ['The capacity field must be a whole number from 1 to 50.'],
      price: ['The price field must be a whole number.'],
      private: ['The private field must be true or false.'],
      ratio: ['The ratio field must be a number.'],
      stage: ['The stage field must be one of: in_progress, arrived.'],
      cycle: ['The cycle field must be one of: P1M, P1Y.'],
      tag_ids: ['The tag_ids field must be a list.'],
      'parts.0.quantity': ['The parts.0.quantity field must be a whole number from 0 to 2147483647.'],
      'parts.0.parts.0.name': ['The parts.0.parts.0.name field must be a string.'],
      extra: ['The extra field must be an object.'],
      'labels.a': ['The labels.a field must be a string.'],
      date: ['The date field must be a date such as 2026-04-01, from 1900 to 2200.'],
      barcode: ['The barcode field must be a string or a number.'],
    });
  });

  it('stops collecting after a hundred fields', () => {
    expect(Object.keys(create({ tag_ids: Array.from({ length: 5000 }, () => 1) }).errors)).toHaveLength(100);
  });

  it('refuses a body that is not an object', () => {
    for (const body of [null, [], 'x', 5]) expect(decodeBody(plan, body).errors).toHaveProperty('body');
  });

  it('never fails, whatever JSON it is given', () => {
    const keys = plan.fields.map((field) => field.json);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()), (body) => {
        const { value, errors } = create(body);
        if (Object.keys(errors).length > 0) return;
        expect(() =>
          encodeMessage(plan, Specimen.decode(Specimen.encode(value as unknown as Specimen).finish())),
        ).not.toThrow();
      }),
    );
  });
});

describe('values', () => {
  it('bounds integers by their type', () => {
    expect(create({ price: Number.MAX_SAFE_INTEGER, weight: Number.MIN_SAFE_INTEGER }).errors).toEqual({});
    for (const price of [2 ** 53, -(2 ** 53), 1e300]) expect(create({ price }).errors).toHaveProperty('price');
    expect(create({ capacity: 51 }).errors).toHaveProperty('capacity');
    expect(create({ capacity: 0 }).errors).toHaveProperty('capacity');
  });

  it('refuses numbers that JSON can write and nobody can hold', () => {
    const body = JSON.parse('{"ratio": 1e400, "extra": {"a": -1e400}, "barcode": 1e400}') as object;
    expect(Object.keys(create(body).errors).sort()).toEqual(['barcode', 'extra', 'ratio']);
  });

  it('counts the characters of a string, not its code units', () => {
    expect(create({ name: '🧖'.repeat(20) }).errors).toEqual({});
    expect(create({ name: '🧖'.repeat(21) }).errors).toEqual({
      name: ['The name field must be a string of 1 to 20 characters.'],
    });
  });

  it('takes a number where the contract is lenient, and nowhere else', () => {
    expect(create({ barcode: 5012345678900 }).value['barcode']).toBe('5012345678900');
    expect(create({ description: 5 }).errors).toHaveProperty('description');
  });

  it('refuses text PostgreSQL can not store, in free-form values and keys too', () => {
    expect(create({ name: 'a\u0000b' }).errors['name']).toEqual(['The name field must not contain the NUL character.']);
    expect(create({ name: '\ud83e' }).errors).toHaveProperty('name');
    expect(create({ extra: { a: [{ b: '\u0000' }] } }).errors).toHaveProperty('extra');
    expect(create({ extra: { '\ud83e': 1 } }).errors).toHaveProperty('extra');
    expect(create({ labels: { '\u0000': 'x' } }).errors).toHaveProperty('labels');
  });

  it('refuses a key that would change the object instead of being stored in it', () => {
    expect(create({ extra: JSON.parse('{"a": {"__proto__": {"b": 1}}}') }).errors).toHaveProperty('extra');
    expect(create({ labels: JSON.parse('{"__proto__": "b"}') }).errors).toHaveProperty('labels');
  });

  it('takes free-form values down to a depth that gRPC can carry, and no deeper', () => {
    const { value, errors } = create({ extra: nest(DEPTH_MAX), anything: [1, null, { a: 'b' }] });
    expect(errors).toEqual({});
    const carried = Specimen.decode(Specimen.encode(value as unknown as Specimen).finish());
    expect(carried.extra).toEqual(nest(DEPTH_MAX));
    expect(carried.anything).toEqual([1, null, { a: 'b' }]);
    expect(create({ extra: nest(DEPTH_MAX + 1) }).errors['extra']).toEqual([
      `The extra field must not nest deeper than ${DEPTH_MAX} levels.`,
    ]);
    const abyss: unknown = JSON.parse('{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000));
    expect(create({ extra: abyss }).errors).toHaveProperty('extra');
  });

  it('takes free-form values up to a size that events can carry, and no larger', () => {
    const extra = { text: 'é'.repeat((FREE_FORM_BYTES_MAX - 12) / 2) };
    expect(create({ extra }).errors).toEqual({});
    expect(create({ extra: { text: `${extra.text}é` } }).errors['extra']).toEqual([
      'The extra field must not be larger than 16000 bytes of JSON.',
    ]);
    expect(create({ anything: ['x'.repeat(FREE_FORM_BYTES_MAX)] }).errors).toHaveProperty('anything');
  });

  it('bounds the depth of messages that hold themselves', () => {
    const part = (depth: number): object => ({ name: 'a', parts: depth === 0 ? [] : [part(depth - 1)] });
    expect(create({ parts: [part(DEPTH_MAX)] }).errors).not.toEqual({});
    expect(create({ parts: [part(5)] }).errors).toEqual({});
  });
});

describe('form bodies', () => {
  const form = (body: object) => decodeBody(plan, { ...valid, ...body }, { source: 'form' });

  it('reads text as what each field expects', () => {
    const { value, errors } = form({
      capacity: '5',
      price: '-12',
      ratio: '0.5',
      private: '1',
      enabled: 'false',
      stage: 'arrived',
      tag_ids: ['a', 'b, c'],
      stages: { 0: 'arrived', 1: 'in_progress' },
      parts: [{ name: 'x', quantity: '2' }],
      labels: { a: 'b' },
    });
    expect(errors).toEqual({});
    expect(value).toMatchObject({
      capacity: 5,
      price: -12,
      ratio: 0.5,
      private: true,
      enabled: false,
      stage: 'STAGE_ARRIVED',
      tagIds: ['a', 'b, c'],
      stages: ['STAGE_ARRIVED', 'STAGE_IN_PROGRESS'],
      parts: [{ name: 'x', quantity: 2, parts: [] }],
      labels: { a: 'b' },
    });
  });

  it('an empty text clears what can be empty, and empties a list', () => {
    const { value, mask, errors } = form({ description: '', capacity: '', tag_ids: [''], address_line_1: '' });
    expect(errors).toEqual({});
    expect(value).toMatchObject({ description: null, capacity: null, tagIds: [], addressLine1: '' });
    expect(mask).toEqual(expect.arrayContaining(['description', 'capacity', 'tag_ids', 'address_line_1']));
  });

  it('reports text that can not be read', () => {
    expect(Object.keys(form({ capacity: '5x', private: 'maybe', ratio: '1e5', price: '1.5' }).errors).sort()).toEqual([
      'capacity',
      'price',
      'private',
      'ratio',
    ]);
  });
});
