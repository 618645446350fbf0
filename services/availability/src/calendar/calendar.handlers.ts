import type { CalendarServiceService } from '@lido/proto/lido/availability/v1/calendar.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import type { CompiledSites } from '../sites/compiled-sites.repository.ts';
import { getCalendarOccupancy, listCalendarEvents } from './calendar-events.handlers.ts';
import { getCalendarResources } from './calendar-resources.handlers.ts';

/** A site's day as staff look at it. */
export function calendarHandlers({ compiledSites }: { compiledSites: CompiledSites }) {
  return {
    listCalendarEvents,
    getCalendarResources: getCalendarResources(compiledSites),
    getCalendarOccupancy,
  } satisfies Handlers<typeof CalendarServiceService>;
}
