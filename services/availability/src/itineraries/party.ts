/** Who an item of a visit is for. */
export interface Party {
  guests: number;
  /** One for each guest; those nobody named are the same ones in every item. */
  guestIds: string[];
}

/** The party of an item: those it names, else as many of the basket's as there can be, filled up to the quantity it asks for. */
export function partyOf(
  { quantity, guestIds }: { quantity: number | undefined; guestIds: readonly string[] },
  basketGuestIds: readonly string[],
  { minGuests, maxGuests }: { minGuests: number; maxGuests: number },
): Party {
  const known = guestIds.length > 0 ? guestIds : basketGuestIds;
  const guests = quantity ?? (guestIds.length || Math.min(maxGuests, Math.max(minGuests, known.length)));
  const others = Array.from(
    { length: Math.max(0, guests - known.length) },
    (_, index) => `guest ${known.length + index + 1}`,
  );
  return { guests, guestIds: [...known, ...others].slice(0, guests) };
}
