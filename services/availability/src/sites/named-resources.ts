/** Resources of a kind by name, in the order of their ids; ids the site does not have are left out. */
export function namedResources(
  all: readonly { id: string; name: string }[],
  ids: readonly string[],
): { id: string; name: string }[] {
  return ids.flatMap((id) => all.find((one) => one.id === id) ?? []).map(({ id, name }) => ({ id, name }));
}
