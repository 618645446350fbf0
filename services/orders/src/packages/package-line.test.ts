import type { OfferingDetails, PackageChoiceDetails } from '@lido/proto/lido/availability/internal/v1/booking.ts';
import { describe, expect, test } from 'vitest';
import { chosenAnew, type Chosen, openChoices, optionOf, partiesAfter, partyFor } from './package-line.ts';

const offering = { minGuests: 1, maxGuests: 1 } as OfferingDetails;
const option = (id: string, guests: Partial<OfferingDetails> = {}) => ({
  id,
  priceChangeMinor: 0,
  offering: { ...offering, ...guests },
});
const choice = (id: string, extra: Partial<PackageChoiceDetails> = {}): PackageChoiceDetails => ({
  ...{ id, name: id, requiredOptions: 1, maxOptions: 1, options: [option(`${id}1`), option(`${id}2`)] },
  ...extra,
});
const couple = { quantity: 2, guestIds: ['ada', 'grace'], choices: [choice('a'), choice('b', { maxOptions: 2 })] };
const nameless = { ...couple, guestIds: [] };
const chose = (optionId: string, guestIds: string[], quantity = guestIds.length): Chosen => ({
  ...{ id: `${optionId} ${guestIds.join(' ')}`, packageChoiceId: optionId.charAt(0), packageOptionId: optionId },
  ...{ guestIds, quantity, priceMinor: 0 },
});

describe('an option is for', () => {
  test.each([
    ['as many as it takes of those who may have it', couple, [], 'a1', undefined, ['ada'], 1],
    ['the one who has none of the choice yet', couple, [chose('a1', ['ada'])], 'a2', undefined, ['grace'], 1],
    ['who is named', couple, [], 'a1', ['grace'], ['grace'], 1],
    ['a second one where the choice allows two', couple, [chose('b1', ['ada'])], 'b2', ['ada'], ['ada'], 1],
    ['as many as are left where nobody is named', nameless, [chose('a1', [], 1)], 'a1', undefined, [], 1],
  ] as const)('%s', (_, line, chosen, optionId, asked, guestIds, quantity) => {
    const wanted = optionOf(line, optionId.charAt(0), optionId);
    expect(partyFor(line, chosen, wanted, asked ? [...asked] : undefined)).toEqual({ guestIds, quantity });
  });

  test('all at once where it takes them', () => {
    const [a] = couple.choices;
    const wanted = { choice: a as PackageChoiceDetails, option: option('a1', { minGuests: 2, maxGuests: 4 }) };
    expect(partyFor(couple, [], wanted, undefined)).toEqual({ guestIds: ['ada', 'grace'], quantity: 2 });
  });

  test.each([
    ['have it', couple, [chose('a1', ['ada']), chose('a1', ['grace'])], 'a1', undefined],
    ['have another one', couple, [chose('a1', ['ada']), chose('a2', ['grace'])], 'a1', undefined],
    ['are named and have it', couple, [chose('a1', ['ada'])], 'a1', ['ada', 'grace']],
    ['are as many as have it', nameless, [chose('a1', [], 1), chose('a2', [], 1)], 'a1', undefined],
  ] as const)('nobody when all %s', (_, line, chosen, optionId, asked) => {
    const wanted = optionOf(line, 'a', optionId);
    expect(partyFor(line, chosen, wanted, asked ? [...asked] : undefined)).toBeUndefined();
  });
});

describe('choosing anew', () => {
  const wanted = optionOf(couple, 'a', 'a2');
  const [ofAda, ofGrace] = [chose('a2', ['ada']), chose('a1', ['grace'])];

  test('means the same option, or the only one of the guests named', () => {
    expect(chosenAnew([ofAda, ofGrace], wanted, undefined)).toBe(ofAda);
    expect(chosenAnew([ofAda, ofGrace], wanted, ['grace'])).toBe(ofGrace);
  });

  test('is refused where it is not clear whose', () => {
    const both = [chose('a1', ['ada']), ofGrace];
    expect(() => chosenAnew(both, wanted, undefined)).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  test('never takes the place of another option where several are allowed', () => {
    const second = optionOf(couple, 'b', 'b2');
    expect(() => chosenAnew([chose('b1', ['ada'])], second, undefined)).toThrow(
      expect.objectContaining({ fields: { option_id: [expect.stringContaining('2 different options of b')] } }),
    );
  });
});

describe('a choice is open', () => {
  test.each([
    ['while nothing is chosen', couple, [], ['a', 'b']],
    [
      'for a guest who has none, whatever the other has',
      couple,
      [chose('b1', ['ada']), chose('b2', ['ada'])],
      ['a', 'b'],
    ],
    ['no longer when each has one', couple, [chose('a1', ['ada']), chose('a2', ['grace'])], ['b']],
    ['no longer when as many have one', nameless, [chose('a1', [], 2)], ['b']],
  ] as const)('%s', (_, line, chosen, names) => {
    expect(openChoices(line, chosen)).toEqual(names);
  });

  test('never where nothing has to be chosen', () => {
    expect(openChoices({ ...couple, choices: [choice('a', { requiredOptions: 0 })] }, [])).toEqual([]);
  });
});

describe('when the guests of a line change', () => {
  const after = (line: object, chosen: Chosen[], before: object = couple) => [
    ...partiesAfter({ ...couple, ...line }, { ...couple, ...before }, chosen).values(),
  ];

  test('those who are gone lose what they have', () => {
    const chosen = [chose('a1', ['ada']), chose('a2', ['grace']), chose('b1', ['ada', 'grace'])];
    expect(after({ quantity: 1, guestIds: ['grace'] }, chosen)).toEqual([
      undefined,
      { quantity: 1, guestIds: ['grace'] },
      { quantity: 1, guestIds: ['grace'] },
    ]);
  });

  test('what all have is theirs who are named', () => {
    expect(after({}, [chose('b1', [], 2)], { guestIds: [] })).toEqual([{ quantity: 2, guestIds: ['ada', 'grace'] }]);
  });

  test('fewer are refused where more have chosen without names', () => {
    const chosen = [chose('a1', [], 1), { ...chose('a1', [], 1), id: 'other' }];
    expect(() => after({ quantity: 1, guestIds: [] }, chosen, nameless)).toThrow(
      expect.objectContaining({ fields: { quantity: [expect.any(String)] } }),
    );
  });
});
