import { expect, test } from 'vitest';
import { deviceIdOf, hashToken, matchingHash, tokenText } from './device-token.ts';

const secret = 'A'.repeat(43);
const token = tokenText('0123456789abcdef01234567', secret);

test('a token names its device', () => {
  expect(deviceIdOf(token)).toBe('0123456789abcdef01234567');
});

test.each(['', 'Bearer x', 'lidodev__', `lidodev_${secret}`, `${token}A`, `lidodev_../../x_${secret}`])(
  '"%s" is no token',
  (text) => {
    expect(deviceIdOf(text)).toBeUndefined();
  },
);

test('a token matches its own hash only', () => {
  const other = hashToken(tokenText('0123456789abcdef01234567', 'B'.repeat(43)));
  expect(matchingHash(token, [other, hashToken(token)])).toBe(hashToken(token));
  expect(matchingHash(token, [other])).toBeUndefined();
  expect(matchingHash(token, [])).toBeUndefined();
});
