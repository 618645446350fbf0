import type { Trigger } from '@lido/proto/lido/checkin/v1/action.ts';
import type { BookableCheckin } from '@lido/proto/lido/checkin/v1/bookable_checkin.ts';
import { idOfActor } from '@lido/runtime/tenancy/actor.ts';
import { formatUtcMs } from '@lido/runtime/time/zone.ts';

/** The booking that somebody is present for. */
export interface LinkedBooking {
  readonly id: string;
  readonly orderId: string;
}

/** What a trigger fires on. */
export interface OccasionBookable {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly siteId: string;
}

/** One firing of a trigger with all it is about. It is kept as JSON until its actions have run. */
export interface Occasion {
  /** Names this firing, so that whoever is called twice can tell. */
  readonly activityId: string;
  readonly trigger: Trigger;
  readonly organisationId: string;
  readonly requestId: string;
  /** `kind:id` of whoever brought it about. */
  readonly actor: string;
  readonly atMs: number;
  /** What the triggers of one thing are kept in order by: the id of a check-in, or of a code. */
  readonly subjectId: string;
  readonly ownerId: string | null;
  /** As it is now, for a hook as it would be. */
  readonly checkin: BookableCheckin | null;
  /** Whether the change it fires on is the one by which somebody leaves; what is put right after that is none. */
  readonly isDeparture: boolean;
  readonly bookable: OccasionBookable | null;
  readonly booking: LinkedBooking | null;
  /** The bookables whose actions made the check-in it is about, one setting off the next. */
  readonly via?: readonly string[] | undefined;
  readonly code: { readonly id: string; readonly name: string; readonly data: object } | null;
}

/** A trigger's word in the contract. */
export function triggerWord(trigger: Trigger): string {
  return trigger.slice('TRIGGER_'.length).toLowerCase();
}

/** What an action is told: the occasion in the words of the API, without what does not apply. */
export function contextOf(occasion: Occasion): Record<string, unknown> {
  const { bookable, booking, checkin, code } = occasion;
  const userId = idOfActor(occasion.actor);
  return {
    trigger: triggerWord(occasion.trigger),
    activity_id: occasion.activityId,
    starts_at: checkin?.startsAt ?? formatUtcMs(occasion.atMs),
    user_id: userId,
    owner_id: occasion.ownerId,
    user: { id: userId },
    organization: { id: occasion.organisationId },
    ...(checkin && { checkin: checkinContext(checkin) }),
    ...(booking && { booking: { id: booking.id, order_id: booking.orderId } }),
    ...(bookable && {
      bookable: { id: bookable.id, name: bookable.name },
      bookable_type: bookable.kind,
      location: { id: bookable.siteId },
    }),
    ...(code && { code }),
  };
}

function checkinContext(checkin: BookableCheckin): Record<string, unknown> {
  return {
    id: checkin.id,
    starts_at: checkin.startsAt,
    ends_at: checkin.endsAt,
    object_type: 'public.bookable',
    object_id: checkin.objectId,
    check_in: checkin.checkIn ?? null,
    check_out: checkin.checkOut ?? null,
    type: checkin.type ?? null,
    created_by: checkin.createdBy,
    owner_id: checkin.ownerId ?? null,
    created_at: checkin.createdAt,
    updated_at: checkin.updatedAt,
  };
}
