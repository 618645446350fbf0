/** One organisation's rows, as paths and bodies name them. */
export interface Rows {
  /** The values of path variables, by the path up to the variable with its variables' names left out. */
  readonly inPaths: Readonly<Record<string, string>>;
  /** The values of fields that name a row, by the field's name. */
  readonly inFields: Readonly<Record<string, string>>;
}

/** What the demo site's seed answers. */
export interface Seeded {
  readonly site: string;
  readonly organisation: string;
  readonly rooms: Readonly<Record<string, string>>;
  readonly appointment_types: Readonly<Record<string, string>>;
  readonly session_type: string;
  readonly customers: Readonly<Record<string, string>>;
  readonly wearables: Readonly<Record<string, string>>;
  readonly membership_type: string;
  readonly memberships: Readonly<Record<string, string>>;
  readonly device: string;
}
