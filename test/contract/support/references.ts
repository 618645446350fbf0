import type { Route } from '@lido/runtime/rest/routes.ts';
import { bodyFields } from './requests.ts';
import { REFERENCE_FIELDS } from './rows.ts';

/** Fields that name rows. */
const REFERENCES: ReadonlySet<string> = new Set(REFERENCE_FIELDS);

/** A field of a query or body that names a row. */
export interface Reference {
  readonly json: string;
  readonly name: string;
  readonly shape: string;
  readonly isInQuery: boolean;
}

/** The fields by which a route's query and body name rows. */
export function referencesOf(route: Route): Reference[] {
  // A row that nothing can make yet can not be anybody's.
  const isReference = ({ name }: { name: string }): boolean => REFERENCES.has(name);
  return [
    ...route.queryFields.filter(isReference).map((field) => ({ ...field, isInQuery: true })),
    ...bodyFields(route)
      .filter(isReference)
      .map((field) => ({ ...field, isInQuery: false })),
  ];
}
