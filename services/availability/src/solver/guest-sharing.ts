import type { Claim, GuestSharing } from './model.ts';

/** Whether a guest may be at both of two items at the same time. */
export function mayMeet(a: GuestSharing | undefined, b: GuestSharing | undefined): boolean {
  return a !== undefined && a.lineId === b?.lineId && !(a.isApart && b.isApart);
}

/** Whether a guest's claim does not keep an item from the same guest. A claim says by its unit that its item has to be apart. */
export function leavesFree(
  { sharedBy, unit }: Pick<Claim, 'sharedBy' | 'unit'>,
  sharing: GuestSharing | undefined,
): boolean {
  return sharing !== undefined && sharedBy === sharing.lineId && !(sharing.isApart && unit > 0);
}
