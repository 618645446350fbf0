import { describe, expect, test } from 'vitest';
import { kindOf, shownName } from './file-kind.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('the kind of a file', () => {
  test.each([
    ['\xff\xd8\xff\xe0', 'jpg'],
    ['\x89PNG\r\n\x1a\n', 'png'],
    ['GIF89a', 'gif'],
    ['RIFF\0\0\0\0WEBP', 'webp'],
    ['\0\0\0\x1cftypavif', 'avif'],
    ['%PDF-1.7', 'pdf'],
  ])('is what its content says, whatever it is called', (head, kind) => {
    expect(kindOf(bytes(`${head} and so on`), 'evil.csv')).toBe(kind);
  });

  test.each([
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'a.svg'],
    ['<html><script>', 'a.png'],
    ['MZ\x90\0', 'a.csv'],
    ['', 'a.csv'],
    ['a,b\n1,2', 'a.txt'],
    ['a,\xff\n', 'a.csv'],
  ])('that is not stored is none: %j as %s', (content, name) => {
    expect(kindOf(bytes(content), name)).toBeUndefined();
  });

  test('is CSV for a text that is called so', () => {
    expect(kindOf(Buffer.from('Name,Größe\r\nÅsa,1\n'), 'Guests.CSV')).toBe('csv');
  });
});

test.each([
  ['../../etc/passwd.png', 'passwd.png'],
  ['C:\\fotos\\Größe.jpg', 'Größe.jpg'],
  ['a\r\nSet-Cookie: x.png', 'aSet-Cookie x.png'],
  ['', 'file.png'],
  ['\u202egnp.exe', 'gnp.exe'],
  [`${'x'.repeat(300)}.png`, `${'x'.repeat(196)}.png`],
])('%j is shown as %j', (given, shown) => {
  expect(shownName(given, 'png')).toBe(shown);
});
