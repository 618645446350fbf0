/** The names of the methods by which people record check-ins. */
const genericMethods: ReadonlyMap<string, string> = new Map([
  ['scanned', 'Scanned'],
  ['check_in_button', 'Check-in button'],
]);

/** The name of a generic method; undefined for anything else. */
export function genericMethodName(id: string): string | undefined {
  return genericMethods.get(id);
}
