import { loadImage } from '@lido/proto/image';
import { Specimen } from '@lido/proto/lido/rest/testing/v1/specimen.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { maskKeys } from './plan.ts';
import { specimenPlan } from './testing/specimens.ts';

const plan = specimenPlan(loadImage());
const encoded = (changes: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(encodeMessage(plan, { ...plan.create(), ...changes })) as Record<string, unknown>;

describe('encodeMessage', () => {
  it('writes every field of an empty message: unset is null, lists and maps are empty', () => {
    expect(encoded({})).toEqual({
      id: '',
      site_id: '',
      name: '',
      description: null,
      address_line_1: '',
      capacity: null,
      price: 0,
      weight: null,
      private: false,
      enabled: null,
      ratio: null,
      stage: null,
      cycle: null,
      stages: [],
      tag_ids: [],
      parts: [],
      main_part: null,
      extra: null,
      labels: {},
      date: null,
      starts_at: null,
      time: null,
      duration: null,
      email: null,
      currency: null,
      time_zone: null,
      barcode: null,
      className: null,
      created_at: '',
      anything: null,
    });
  });

  it('creates what ts-proto creates, and reads the keys ts-proto has', () => {
    const fromWire = Specimen.decode(Specimen.encode(plan.create() as unknown as Specimen).finish());
    expect(plan.create()).toEqual(fromWire);
    expect(encoded({ addressLine1: '1 High Street' })['address_line_1']).toBe('1 High Street');
    expect(maskKeys(['address_line_1', 'name', 'site_id'])).toEqual(['addressLine1', 'name', 'siteId']);
  });

  it('writes enums in lower case without their type, or as their literal text; unspecified is null', () => {
    const answer = encoded({ stage: 'STAGE_IN_PROGRESS', cycle: 'CYCLE_MONTHLY', stages: ['STAGE_ARRIVED'] });
    expect(answer).toMatchObject({ stage: 'in_progress', cycle: 'P1M', stages: ['arrived'] });
    expect(encoded({ stage: 'STAGE_UNSPECIFIED', cycle: 'CYCLE_UNSPECIFIED' })).toMatchObject({
      stage: null,
      cycle: null,
    });
  });

  it('writes 64-bit integers as numbers, and null for what is not a number', () => {
    expect(encoded({ price: Number.MAX_SAFE_INTEGER, ratio: Number.NaN })).toMatchObject({
      price: 9007199254740991,
      ratio: null,
    });
  });

  it('keeps falsy values that are set', () => {
    expect(encoded({ capacity: 0, weight: 0, enabled: false, description: '' })).toMatchObject({
      capacity: 0,
      weight: 0,
      enabled: false,
      description: '',
    });
  });

  it('writes any text as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(encoded({ name })['name']).toBe(name);
      }),
    );
    expect(() => JSON.parse(encodeMessage(plan, { ...plan.create(), name: '\ud800"\\\n\u0001' }))).not.toThrow();
  });
});

describe('a round trip', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }).filter((value) => !value.includes('\0'));
  const key = text.filter((value) => value !== '__proto__');
  const part = fc.letrec((tie) => ({
    part: fc.record({
      name: text,
      quantity: fc.nat(),
      parts: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('part'), { maxLength: 2 })),
    }),
  })).part;
  const optional = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(arbitrary);
  const specimen = fc.record({
    siteId: text,
    name: text,
    description: optional(text),
    addressLine1: text,
    capacity: optional(fc.integer({ min: 1, max: 50 })),
    price: fc.maxSafeInteger(),
    weight: optional(fc.maxSafeInteger()),
    private: fc.boolean(),
    enabled: optional(fc.boolean()),
    ratio: optional(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
    stage: fc.constantFrom('STAGE_UNSPECIFIED', 'STAGE_IN_PROGRESS', 'STAGE_ARRIVED'),
    cycle: optional(fc.constantFrom('CYCLE_MONTHLY', 'CYCLE_YEARLY')),
    stages: fc.array(fc.constantFrom('STAGE_IN_PROGRESS', 'STAGE_ARRIVED')),
    tagIds: fc.array(text),
    parts: fc.array(part, { maxLength: 3 }),
    mainPart: optional(part),
    extra: optional(fc.dictionary(key, fc.oneof(text, fc.boolean(), fc.integer(), fc.constant(null)))),
    labels: fc.dictionary(key, text, { noNullPrototype: true }),
    startsAt: optional(fc.constantFrom('2026-04-01T09:30:00+01:00', '2026-04-01T09:30:00.000Z')),
  });

  it('through JSON and through gRPC gives back the same message', () => {
    fc.assert(
      fc.property(specimen, (fields) => {
        const message = { ...plan.create(), ...fields };
        const decoded = decodeBody(plan, JSON.parse(encodeMessage(plan, message)));
        expect(decoded.errors).toEqual({});
        expect(decoded.value).toEqual(message);
        const carried = Specimen.decode(Specimen.encode(decoded.value as unknown as Specimen).finish());
        expect(encodeMessage(plan, carried)).toBe(encodeMessage(plan, message));
      }),
    );
  });
});
