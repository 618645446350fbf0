import type { Answer } from './client.ts';

// Two requests for a report are two jobs.
const NEW_JOB = /"id":"[a-z-]+_[0-9a-f]{24}"|"(created|expires)_at":"[^"]*"/g;

/** An answer's text without what differs from request to request. */
export function steadyText({ text }: Answer): string {
  return text.replace(/"request_id":"[^"]*"/, '').replace(NEW_JOB, '');
}

/** What tells an answer from the one expected once the ids are left out. Empty when nothing does. */
export function tellApart(here: Answer, nowhere: Answer, ids: readonly string[]): string[] {
  const [shown, expected] = [withoutIds(here, ids), withoutIds(nowhere, ids)];
  return shown === expected ? [] : [`${here.asked}: ${shown.slice(0, 300)} instead of ${expected.slice(0, 300)}`];
}

/** An answer as it would be for any other id. */
function withoutIds(answer: Answer, ids: readonly string[]): string {
  return ids.reduce((text, id) => text.replaceAll(id, '<id>'), `${answer.status} ${steadyText(answer)}`);
}
