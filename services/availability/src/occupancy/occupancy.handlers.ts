import type {
  BookableAreaOccupancyRequest,
  OccupancyReport,
  OccupancyRow,
  OccupancyServiceService,
  PractitionerOccupancyByDateRequest,
  PractitionerOccupancyRequest,
  RoomOccupancyRequest,
} from '@lido/proto/lido/availability/v1/occupancy.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import type { JobQueue } from '@lido/runtime/jobs/job-queue.ts';
import type { ReportCall, ReportKind } from '@lido/runtime/jobs/job.ts';
import { queueReport, sitesAsked } from '@lido/runtime/jobs/queue-report.ts';
import type { CompiledSites } from '../sites/compiled-sites.repository.ts';
import { areaTimes, type BusyTimes, claimedTimes } from './busy-time.repository.ts';
import { addUp } from './count-occupancy.ts';
import {
  areasOf,
  countSite,
  type DatedOccupancy,
  practitionersOf,
  type ResourcesOf,
  roomsOf,
  type SiteReport,
  siteReports,
} from './occupancy.repository.ts';
import type { AskedRange } from './occupancy-range.ts';

/** One of the reports: whose time it counts, and whether it tells dates apart. */
interface OccupancyKind<Request> {
  readonly type: string;
  readonly isByDate: boolean;
  readonly busyTimes: BusyTimes;
  resourcesOf(request: Request): ResourcesOf;
}

interface OccupancyRequest extends AskedRange {
  siteId?: string | null | undefined;
  zoneId?: string[];
}

const practitioners: OccupancyKind<PractitionerOccupancyRequest> = {
  type: 'practitioner_occupancy',
  isByDate: false,
  busyTimes: claimedTimes,
  resourcesOf: () => practitionersOf,
};

const practitionersByDate: OccupancyKind<PractitionerOccupancyByDateRequest> = {
  type: 'practitioner_occupancy_by_date',
  isByDate: true,
  busyTimes: claimedTimes,
  resourcesOf: () => practitionersOf,
};

const rooms: OccupancyKind<RoomOccupancyRequest> = {
  type: 'room_occupancy',
  isByDate: false,
  busyTimes: claimedTimes,
  resourcesOf: ({ roomIds }) => roomsOf(roomIds),
};

const areas: OccupancyKind<BookableAreaOccupancyRequest> = {
  type: 'bookable_area_occupancy',
  isByDate: false,
  busyTimes: areaTimes,
  resourcesOf: ({ bookableAreaIds }) => areasOf(bookableAreaIds),
};

/** What occupancy reports work with. */
export interface OccupancyParts {
  compiledSites: CompiledSites;
  jobs: JobQueue;
}

/** How much of their time resources are booked. */
export function occupancyHandlers({ compiledSites: sites, jobs }: OccupancyParts) {
  return {
    getPractitionerOccupancyReport: getReport(sites, practitioners),
    queuePractitionerOccupancyReport: queueReport(jobs, csvReport(sites, practitioners)),
    getPractitionerOccupancyByDateReport: getReport(sites, practitionersByDate),
    queuePractitionerOccupancyByDateReport: queueReport(jobs, csvReport(sites, practitionersByDate)),
    getRoomOccupancyReport: getReport(sites, rooms),
    queueRoomOccupancyReport: queueReport(jobs, csvReport(sites, rooms)),
    getBookableAreaOccupancyReport: getReport(sites, areas),
    queueBookableAreaOccupancyReport: queueReport(jobs, csvReport(sites, areas)),
  } satisfies Handlers<typeof OccupancyServiceService>;
}

/** The same reports as the service's runner makes them. */
export function occupancyReports({ compiledSites: sites }: Pick<OccupancyParts, 'compiledSites'>): ReportKind<never>[] {
  return [
    csvReport(sites, practitioners),
    csvReport(sites, practitionersByDate),
    csvReport(sites, rooms),
    csvReport(sites, areas),
  ];
}

function getReport<Request extends OccupancyRequest>(sites: CompiledSites, kind: OccupancyKind<Request>) {
  return async (request: Request, call: Call): Promise<OccupancyReport> => {
    const parts = await partsOf(sites, kind, request, call);
    const data: OccupancyRow[] = [];
    for (const part of parts) {
      for await (const dates of countSite(part, call)) data.push(...rowsOf(kind, dates));
    }
    const [first] = parts;
    return {
      data,
      totals: addUp(data),
      metadata: first
        ? { dateFrom: first.range.dateFrom, dateTo: first.range.dateTo, timezone: first.range.zone }
        : null,
    };
  };
}

const usualColumns = ['available_minutes', 'booked_minutes', 'blocked_minutes', 'occupancy_percent'];

function csvReport<Request extends OccupancyRequest>(
  sites: CompiledSites,
  kind: OccupancyKind<Request>,
): ReportKind<Request> {
  return {
    type: kind.type,
    columns: ['resource_id', 'resource_name', ...(kind.isByDate ? ['date'] : []), ...usualColumns],
    check: async (request, call) => void (await partsOf(sites, kind, request, call)),
    rows: async function* (request, call) {
      const parts = await partsOf(sites, kind, request, call);
      const total = parts.reduce((count, { resources }) => count + resources.length, 0);
      let done = 0;
      for (const part of parts) {
        for await (const dates of countSite(part, call)) {
          for (const row of rowsOf(kind, dates)) yield cellsOf(row);
          call.progress(++done / total);
        }
      }
    },
  };
}

async function partsOf<Request extends OccupancyRequest>(
  sites: CompiledSites,
  kind: OccupancyKind<Request>,
  request: Request,
  call: Call | ReportCall,
): Promise<SiteReport[]> {
  return siteReports(
    sites,
    await sitesAsked(request, call),
    {
      ...{ range: request, zoneIds: request.zoneId ?? [] },
      ...{ resourcesOf: kind.resourcesOf(request), busyTimes: kind.busyTimes },
    },
    call,
  );
}

/** A resource's dates as rows: one each, or one for all. */
function rowsOf(kind: OccupancyKind<never>, dates: DatedOccupancy[]): OccupancyRow[] {
  if (kind.isByDate) return dates.map(({ resource, date, occupancy }) => ({ resource, date, ...occupancy }));
  const [first] = dates;
  return first ? [{ resource: first.resource, ...addUp(dates.map(({ occupancy }) => occupancy)) }] : [];
}

function cellsOf(row: OccupancyRow) {
  return {
    resource_id: row.resource?.id,
    resource_name: row.resource?.name,
    date: row.date,
    available_minutes: row.availableMinutes,
    booked_minutes: row.bookedMinutes,
    blocked_minutes: row.blockedMinutes,
    occupancy_percent: row.occupancyPercent,
  };
}
