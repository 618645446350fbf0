/** How values are loaded in company. */
export interface Company {
  /** What each load waits for first, so that who comes in the same moment shares it; nothing as a rule. */
  readonly assembled?: () => Promise<unknown>;
  /** What each load is followed by before the next; nothing as a rule. */
  readonly rest?: () => Promise<unknown>;
  /** How many keys one load takes at most. */
  readonly keysMax?: number;
}

/**
 * Loads values in company: who asks while a load is under way, or while it rests after one, shares the next one with all who come
 * meanwhile. So a value is never older than the question for it, and however many ask at once, one load runs at a time.
 */
export function inCompany<Key, Value>(
  load: (keys: Key[]) => Promise<Map<Key, Value>>,
  {
    assembled = () => Promise.resolve(),
    rest = () => Promise.resolve(),
    keysMax = Number.POSITIVE_INFINITY,
  }: Company = {},
): (key: Key) => Promise<Value | undefined> {
  let last: Promise<unknown> = Promise.resolve();
  let next: { keys: Set<Key>; values: Promise<Map<Key, Value>> } | undefined;
  return async (key) => {
    if (next === undefined || next.keys.size >= keysMax) {
      const keys = new Set<Key>();
      const values = last.then(assembled).then(() => {
        if (next?.keys === keys) next = undefined;
        return load([...keys]);
      });
      next = { keys, values };
      last = values.then(rest, rest);
    }
    next.keys.add(key);
    return (await next.values).get(key);
  };
}
