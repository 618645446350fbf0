import { addDuration } from '@lido/runtime/time/zone.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bookingWindows } from './booking-window.ts';

const open = {
  membersOnly: false,
  permittedMembershipTypeIds: [],
  membershipBookingWindowsEnabled: false,
  membershipBookingWindows: [],
};

it('ends a window to the millisecond where the calendar does, around changes of the clocks too', () => {
  const durations = ['PT2H', 'PT90M', 'P1D', 'P6M', 'P1M1DT30M', 'PT45S'];
  const changesMs = ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-09-06T04:00:00Z'].map(Date.parse);
  fc.assert(
    fc.property(
      fc.constantFrom(...changesMs),
      fc.integer({ min: -200_000_000, max: 20_000_000 }),
      fc.constantFrom(...durations),
      fc.constantFrom('Europe/London', 'America/Santiago', 'Asia/Kathmandu'),
      (changeMs, offsetMs, duration, zone) => {
        const nowMs = changeMs + offsetMs;
        const [window] = bookingWindows(
          { ...open, minAdvance: duration, maxAdvance: null },
          { nowMs, memberships: [] },
          zone,
        );
        expect(window?.earliestMs).toBe(addDuration(nowMs, duration, zone));
      },
    ),
    { numRuns: 2_000 },
  );
});
