/** Every permission a staff user can hold at a site. */
export const permissions = [
  'reservations.view',
  'reservations.manage',
  // Taking a resource that somebody else has taken already.
  'reservations.override-rules',
  'settings.view',
  'settings.manage',
  'schedule.manage',
  'customers.view',
  'customers.manage',
  // Locking a customer's profile, and changing it while it is locked.
  'customers.lock',
  // Banning a customer from the doors.
  'customers.block',
  'memberships.view',
  'memberships.manage',
  'reports.view',
  'inventory.view',
  'inventory.manage',
  'checkins.view',
  'checkins.manage',
] as const;
