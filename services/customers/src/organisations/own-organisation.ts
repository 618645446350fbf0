import { invalid } from '@lido/runtime/errors/refusal.ts';

/** An organisation in a body can be left out or be the caller's own. */
export function requireOwnOrganisation(given: string, own: string): void {
  if (given !== '' && given !== own) throw invalid({ organisation_id: [`There is no organisation ${given}.`] });
}
