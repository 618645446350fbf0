import { expect, test } from 'vitest';
import { checkRelays, relaysOf } from './device-relays.ts';

const turnstile = { relayId: 1, unlockMs: 3_000, moreRelays: [{ id: 4, onTimeMs: 500 }] };

test('the door’s relay comes first, for as long as the door opens; others have times of their own', () => {
  expect(relaysOf(turnstile)).toEqual([
    { id: 1, onTimeMs: 3_000 },
    { id: 4, onTimeMs: 500 },
  ]);
});

test('a relay that is named twice is told by its place in the list', () => {
  expect(checkRelays(turnstile)).toEqual({});
  const twice = [...turnstile.moreRelays, { id: 1, onTimeMs: 500 }];
  expect(checkRelays({ ...turnstile, moreRelays: twice })).toEqual({ 'more_relays.1.id': ['Relay 1 is named twice.'] });
});
