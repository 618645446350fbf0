import type { FilterQuery } from '@mikro-orm/core';
import type { Filter } from './spec.ts';

/** The row's column is one of the request's list. */
export function oneOf<Row>(column: keyof Row & string): Filter<Row> {
  return (values: string[]) => ({ [column]: { $in: values } }) as FilterQuery<Row>;
}

/** The row's column equals the request's value. */
export function equals<Row>(column: keyof Row & string): Filter<Row> {
  return (value: unknown) => ({ [column]: value }) as FilterQuery<Row>;
}

/** The row's array column shares an element with the request's list. */
export function overlaps<Row>(column: keyof Row & string): Filter<Row> {
  return (values: string[]) => ({ [column]: { $overlap: values } }) as FilterQuery<Row>;
}

/** One of the row's columns contains the text, whatever its case. */
export function contains<Row>(...columns: (keyof Row & string)[]): Filter<Row> {
  return (text: string) => {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    return { $or: columns.map((column) => ({ [column]: { $ilike: pattern } })) } as FilterQuery<Row>;
  };
}
