import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nonceBytes, secretBox } from './secret-box.ts';

const key = randomBytes(32);
const nonce = (): Buffer => randomBytes(nonceBytes);

test('what is sealed can be opened with the key, and shows nothing of the text', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4 }), (text) => {
      const sealed = secretBox(key).seal(text, nonce());
      expect(secretBox(key).open(sealed)).toBe(text);
      expect(sealed).not.toContain(text);
    }),
  );
});

test('nothing opens with another key, or when it was changed', () => {
  const sealed = secretBox(key).seal('secret', nonce());
  expect(() => secretBox(randomBytes(32)).open(sealed)).toThrow();
  expect(() => secretBox(key).open(`${sealed.slice(0, -2)}AA`)).toThrow();
  expect(() => secretBox(key).open('secret')).toThrow();
});
