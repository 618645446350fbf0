import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';

/** What is wrong with an organisation in a body: it can be left out or be the caller's own. */
export function organisationErrors(given: string, own: string): FieldErrors {
  return given === '' || given === own ? {} : { organisation_id: [`There is no organisation ${given}.`] };
}
