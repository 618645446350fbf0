/**
 * How somebody moved. The first four are what readers see; `arrival` and `departure` are facts that people or programs record,
 * and no rule for readers applies to them.
 */
export type MovementKind = 'in' | 'out' | 'toggle' | 'inner' | 'arrival' | 'departure';

/** How an arrival was recorded, as its visit tells it. */
export interface ArrivalMethod {
  /** Absent for generic methods, `gantner` for readers. */
  readonly methodType: string | null;
  readonly methodId: string;
  /** Kept with the visit, so that it outlives the reader. */
  readonly methodName: string;
}

/** The site's rules at the time of a movement. They stay with it, so that a later choice of the site changes no past visit. */
export interface MovementRules {
  readonly duplicateMs: number;
  readonly minStaySeconds: number;
  readonly maxVisitMinutes: number;
}

/** That one customer passed a door, or was recorded as coming or going: a fact, whenever we hear of it. */
export interface Movement extends ArrivalMethod {
  readonly id: string;
  readonly atMs: number;
  readonly siteId: string;
  readonly kind: MovementKind;
  /** The zone behind the door, where the door leads to one. */
  readonly zone: string | null;
  /** Device, reader and medium: what repeats soon under one key is one movement. Absent where nothing is a repeat. */
  readonly repeatKey: string | null;
  /** The id of the visit that begins here, if one does; of a departure the visit that ends. */
  readonly visitId: string;
  /** What let the customer in; absent where a booking alone did. */
  readonly membershipId: string | null;
  readonly rules: MovementRules;
}
