/** The id in the `kind:id` by which rows and events name whoever wrote them. */
export function idOfActor(actor: string): string {
  return actor.slice(actor.indexOf(':') + 1);
}
