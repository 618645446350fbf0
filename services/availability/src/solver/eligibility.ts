import { clearRange } from './bitset.ts';
import type { ClaimedTime } from './claimed-time.ts';
import type { CompiledSite, PractitionerResource, RoomResource } from './compile-site.ts';
import type { HorizonDay } from './horizon.ts';
import type { Lane } from './kernel.ts';
import type { AppointmentRestriction, AppointmentType, Claim } from './model.ts';
import { includesDate } from './open-time.ts';

/** The practitioners a type lists who belong to the site and may offer it by their tags, in the type's order. */
export function listedPractitioners(site: CompiledSite, type: AppointmentType): PractitionerResource[] {
  return distinct(type.practitionerIds).flatMap((id) => {
    const resource = site.practitioners.get(id);
    return resource !== undefined && sharesTag(resource.practitioner.canOfferTags, type.tagIds) ? [resource] : [];
  });
}

/** The rooms a type lists that belong to the site and suit its tags, smallest first. */
export function listedRooms(site: CompiledSite, type: AppointmentType): RoomResource[] {
  return distinct(type.roomIds)
    .flatMap((id) => {
      const resource = site.rooms.get(id);
      return resource !== undefined && sharesTag(resource.room.suitableForTags, type.tagIds) ? [resource] : [];
    })
    .sort((a, b) => a.room.capacity - b.room.capacity);
}

/** How many practitioners a booking takes; a share per guest such as 0.5 is rounded up for the booking as a whole. */
export function practitionersNeeded(type: AppointmentType, guests: number): number {
  if (type.practitionerIds.length === 0) return 0;
  // Rounded to a millionth first: 10 guests at 1.1 each are 11 practitioners, not the 12 binary fractions would give.
  return Math.ceil(Math.round(guests * type.practitionersPerGuest * 1e6) / 1e6);
}

/** The starts a practitioner's restrictions leave for a type, as a lane's `allowed`; undefined when none concerns the type. */
export function restrictedStarts(
  site: CompiledSite,
  { practitioner }: PractitionerResource,
  claimed: ClaimedTime,
  { type, durationMinutes }: { readonly type: AppointmentType; readonly durationMinutes: number },
): Lane['allowed'] {
  const restrictions = practitioner.restrictions.filter((restriction) => concerns(restriction, type));
  if (restrictions.length === 0) return undefined;
  return (fromWord, toWord) => {
    const bits = new Uint32Array(toWord - fromWord).fill(0xffffffff);
    const base = fromWord * 32;
    for (const day of site.horizon.days) {
      if (day.toBit <= base || day.fromBit >= toWord * 32) continue;
      const isBarred = restrictions.some(
        (restriction) =>
          includesDate(restriction, day.day.date) &&
          (restriction.type === 'cannot_offer' ||
            durationMinutes > minutesLeft(site, restriction, claimed.claims, day)),
      );
      if (isBarred) clearRange(bits, day.fromBit - base, day.toBit - base);
    }
    return bits;
  };
}

/** A daily maximum of a practitioner for some types, and the minutes it leaves on a date. */
export interface DailyMaximum {
  /** Names the practitioner, the restriction and the date. */
  readonly key: string;
  readonly leftMinutes: number;
}

/** The daily maxima of a practitioner that a type counts against on a day. */
export function dailyMaxima(
  site: CompiledSite,
  { resource, claimed }: { readonly resource: PractitionerResource; readonly claimed: ClaimedTime },
  type: AppointmentType,
  day: HorizonDay,
): DailyMaximum[] {
  return resource.practitioner.restrictions.flatMap((restriction, index) =>
    restriction.type === 'max_duration' && concerns(restriction, type) && includesDate(restriction, day.day.date)
      ? [
          {
            key: `${resource.id} ${index} ${day.day.date}`,
            leftMinutes: minutesLeft(site, restriction, claimed.claims, day),
          },
        ]
      : [],
  );
}

/** The ids without repetitions, in their order. */
export function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

function minutesLeft(
  site: CompiledSite,
  restriction: AppointmentRestriction,
  claims: readonly Claim[],
  { fromBit, toBit }: HorizonDay,
): number {
  const { firstBucket } = site.horizon;
  let minutes = restriction.maxDurationMinutes ?? 0;
  for (const { fromMs, appointmentTypeId, durationMinutes, categoryIds = [] } of claims) {
    const bit = Math.floor(fromMs / 300_000) - firstBucket;
    if (bit < fromBit || bit >= toBit || appointmentTypeId === null) continue;
    const type = site.types.get(appointmentTypeId) ?? { id: appointmentTypeId, categoryIds };
    if (concerns(restriction, type)) minutes -= durationMinutes ?? 0;
  }
  return minutes;
}

/** Whether a restriction is about an appointment type. */
export function concerns(
  restriction: AppointmentRestriction,
  type: Pick<AppointmentType, 'id' | 'categoryIds'>,
): boolean {
  return restriction.appliesTo === 'specific'
    ? restriction.appointmentTypeIds.includes(type.id)
    : restriction.categoryIds.some((id) => type.categoryIds.includes(id));
}

/** Whether a resource that names tags may serve a type: one tag in common is enough, and naming none serves every type. */
function sharesTag(tags: readonly string[], typeTags: readonly string[]): boolean {
  return tags.length === 0 || tags.some((tag) => typeTags.includes(tag));
}
