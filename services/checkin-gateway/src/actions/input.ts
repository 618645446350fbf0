import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';

const lengthMax = 16_384;

/** What is wrong with the size of free JSON, by the field that holds it. */
export function inputErrors(value: object, field = 'input'): FieldErrors {
  return JSON.stringify(value).length > lengthMax
    ? { [field]: [`must be an object of at most ${lengthMax} characters`] }
    : {};
}

/** A text that free JSON holds under a key; undefined where it holds none. */
export function textIn(input: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = input[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
