import type { Work } from './work.ts';

/**
 * Gives each slot one of the keys it lists, no key twice: by augmenting paths, so that it succeeds whenever it can be done at all.
 * Answers for each slot the position of its key in its list; early slots keep their early keys where the others allow it.
 * Undefined when there is no such matching, or when the work is spent.
 */
export function matchDistinct(slots: readonly (readonly string[])[], work: Work): number[] | undefined {
  const slotOf = new Map<string, number>();
  const chosen = slots.map(() => -1);

  const place = (slot: number, tried: Set<string>): boolean => {
    const keys = slots[slot] ?? [];
    for (const [position, key] of keys.entries()) {
      if (tried.has(key)) continue;
      if (!work.spend()) return false;
      tried.add(key);
      const holder = slotOf.get(key);
      if (holder !== undefined && !place(holder, tried)) continue;
      slotOf.set(key, slot);
      chosen[slot] = position;
      return true;
    }
    return false;
  };

  for (const slot of slots.keys()) if (!place(slot, new Set())) return undefined;
  return chosen;
}
