import { describe, expect, test } from 'vitest';
import type { Decision } from './decision.ts';
import { answerAgain, type EarlierTap, isOtherReading } from './repeated-tap.ts';

const earlier: EarlierTap = { readerRef: null, mediumKind: 'rfid_uid', mediumValue: '04A2', receivedMs: 1_000 };
const decision: Decision = {
  ...{ eventId: 'e1', outcome: 'granted', reason: 'granted', action: 'check_in', displayText: 'Welcome' },
  ...{ unlockMs: 3_000, relays: [{ id: 1, onTimeMs: 3_000 }], checkInId: 'v1', flags: [], asOf: null, decidedInMs: 5 },
};
const shut = { ...decision, unlockMs: 0, relays: [] };

describe('a tap under the id of an earlier one', () => {
  test.each<[string, Partial<EarlierTap>, boolean]>([
    ['of the same medium at the same reader is a repeat', {}, false],
    ['of another medium is another reading', { mediumValue: '04FF' }, true],
    ['of another kind of medium is another reading', { mediumKind: 'barcode' }, true],
    ['at another reader is another reading', { readerRef: 'left' }, true],
    ['that can not be read as the first could is another reading', { mediumValue: null }, true],
  ])('%s', (_, changes, isOther) => {
    expect(isOtherReading(earlier, { ...earlier, ...changes })).toBe(isOther);
  });

  test('with a PIN that another process concealed may be a repeat after the deadline, and opens nothing then', () => {
    const pin: EarlierTap = { ...earlier, mediumKind: 'pin' };
    const other = { ...pin, mediumValue: 'concealed otherwise' };
    expect(isOtherReading(pin, other)).toBe(true);
    expect(isOtherReading(pin, { ...other, receivedMs: 2_501 })).toBe(false);
    expect(answerAgain(decision, pin, { receivedMs: 2_501, direction: 'DEVICE_DIRECTION_IN' })).toEqual(shut);
  });

  test('opens its door until the deadline of the first, and an exit at any time', () => {
    const again = (receivedMs: number, direction: 'DEVICE_DIRECTION_IN' | 'DEVICE_DIRECTION_OUT') =>
      answerAgain(decision, earlier, { receivedMs, direction });
    expect(again(2_500, 'DEVICE_DIRECTION_IN')).toEqual(decision);
    expect(again(2_501, 'DEVICE_DIRECTION_IN')).toEqual(shut);
    expect(again(900_000, 'DEVICE_DIRECTION_OUT')).toEqual(decision);
  });
});
