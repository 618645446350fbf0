import type { OpeningException, OpeningHours, Site } from '@lido/proto/lido/customers/v1/site.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { formatInstant, weekdays } from '@lido/runtime/time/zone.ts';
import type { SiteRow } from './site.entity.ts';

/** The public form of a site; its instants carry its own offset. */
export function toSite(row: SiteRow): Site {
  const instant = (value: Date): string => formatInstant(value.getTime(), row.timezone);
  return {
    id: row.id,
    organisationId: row.organisationId,
    brandId: row.brandId,
    name: row.name,
    timezone: row.timezone,
    currency: row.currency,
    locale: row.locale ?? null,
    holdMinutes: row.holdMinutes ?? null,
    openingHours: row.openingHours,
    openingExceptions: row.openingExceptions,
    createdAt: instant(row.createdAt),
    updatedAt: instant(row.updatedAt),
  };
}

/** What is wrong with a site as it would be saved. */
export function siteErrors(site: Pick<SiteRow, 'name' | 'openingHours' | 'openingExceptions'>): FieldErrors {
  const { name } = site;
  const isPlain = name === name.trim() && name !== '' && !/[<>]/.test(name);
  return { ...(!isPlain && { name: ['The name must be plain text without < and >.'] }), ...openingErrors(site) };
}

/**
 * What is wrong with a site's hours: weekdays have names, an interval ends after it begins and does not overlap
 * another of its day, and an exception either closes the date or says from when to when it is open.
 */
function openingErrors(site: { openingHours: OpeningHours[]; openingExceptions: OpeningException[] }): FieldErrors {
  return { ...hoursErrors(site.openingHours), ...exceptionErrors(site.openingExceptions) };
}

function hoursErrors(hours: OpeningHours[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const [index, { weekday, timeFrom, timeTo }] of hours.entries()) {
    const path = `opening_hours.${index}`;
    if (!weekdays.some((known) => known === weekday)) {
      errors[`${path}.weekday`] = [`The weekday must be one of ${weekdays.join(', ')}.`];
    }
    if (timeFrom >= timeTo) errors[`${path}.time_to`] = ['The time_to must be later than the time_from.'];
    const overlaps = hours
      .slice(0, index)
      .some((other) => other.weekday === weekday && other.timeFrom < timeTo && timeFrom < other.timeTo);
    if (overlaps) errors[`${path}.time_from`] = [`These hours overlap other hours of ${weekday}.`];
  }
  return errors;
}

function exceptionErrors(exceptions: OpeningException[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const [index, { closed, timeFrom, timeTo }] of exceptions.entries()) {
    if (closed) continue;
    const path = `opening_exceptions.${index}.time_to`;
    if (timeFrom == null || timeTo == null)
      errors[path] = ['A date that is not closed needs a time_from and a time_to.'];
    else if (timeFrom >= timeTo) errors[path] = ['The time_to must be later than the time_from.'];
  }
  return errors;
}
