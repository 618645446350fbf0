import type { Bookable } from '@lido/proto/lido/availability/internal/v1/bookable.ts';
import type { Transaction } from '@lido/runtime/grpc/call.ts';
import type { ServiceParts } from '@lido/runtime/service/start-service.ts';
import type { LinkedBooking } from '../actions/occasion.ts';
import type { Triggers } from '../actions/triggers.ts';

/** What changing check-ins at bookables works with. */
export interface PresenceParts extends Pick<ServiceParts, 'db' | 'clock' | 'onCommit'> {
  readonly triggers: Triggers;
}

/** Who changes a check-in, and in which request. */
export interface Doer {
  readonly organisationId: string;
  /** `kind:id` */
  readonly actor: string;
  readonly requestId: string;
  /** Where actions do it: the bookables that set them off. */
  readonly via?: readonly string[] | undefined;
}

/** Runs an effect in one transaction. */
export type Transact = <A>(work: (transaction: Transaction) => Promise<A>) => Promise<A>;

/** A check-in that has been checked and can be made. */
export interface NewPresence {
  readonly bookable: Bookable;
  readonly booking: LinkedBooking | undefined;
  readonly ownerId: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly checkIn: Date | null;
  readonly type: string | null;
}
