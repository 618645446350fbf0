import type { Format } from '@lido/proto/lido/rest/v1/options.ts';

const YEAR_MIN = 1900;
const YEAR_MAX = 2200;
const OFFSET_MAX_HOURS = 14;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,9})?(?:Z|[+-](\d{2}):(\d{2}))$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;
const DURATION =
  /^P(?=.)(\d{1,4}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?(T(?=\d)(\d{1,5}H)?(\d{1,6}M)?(\d{1,8}(\.\d{1,3})?S)?)?$/;
const EMAIL = /^[^\s@"(),:;<>[\\\]]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i;
const EMAIL_LENGTH_MAX = 254;
const ZONE = /^[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*$/;
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

interface FormatRule {
  readonly accepts: (text: string) => boolean;
  /** Completes the sentence "The … field must be …". */
  readonly allowed: string;
}

const ANY: FormatRule = { accepts: () => true, allowed: 'a string' };
const A_DATE_TIME: FormatRule = {
  accepts: isDateTime,
  allowed: `a date-time with an offset such as 2026-04-01T09:30:00+01:00, from ${YEAR_MIN} to ${YEAR_MAX}`,
};

const RULES: Readonly<Record<Format, FormatRule>> = {
  FORMAT_UNSPECIFIED: ANY,
  FORMAT_DATE: { accepts: isDate, allowed: `a date such as 2026-04-01, from ${YEAR_MIN} to ${YEAR_MAX}` },
  FORMAT_DATE_TIME: A_DATE_TIME,
  FORMAT_UTC_MS: A_DATE_TIME,
  FORMAT_TIME: { accepts: (text) => TIME.test(text), allowed: 'a time such as 09:30 or 09:30:00' },
  FORMAT_DURATION: { accepts: (text) => DURATION.test(text), allowed: 'an ISO 8601 duration such as P1M or PT15M' },
  FORMAT_EMAIL: {
    accepts: (text) => text.length <= EMAIL_LENGTH_MAX && EMAIL.test(text),
    allowed: 'an e-mail address such as guest@example.com',
  },
  FORMAT_DATE_OR_DATE_TIME: {
    accepts: (text) => isDate(text) || isDateTime(text),
    allowed: `a date such as 2026-04-01 or a date-time with an offset, from ${YEAR_MIN} to ${YEAR_MAX}`,
  },
  FORMAT_CURRENCY: {
    accepts: (text) => text.length === 3 && CURRENCIES.has(text.toUpperCase()),
    allowed: 'an ISO 4217 currency code such as GBP',
  },
  FORMAT_TIME_ZONE: { accepts: isTimeZone, allowed: 'an IANA time zone such as Europe/London' },
};

/** Tells whether a text has a format; dates must exist in the calendar and lie in the years 1900 to 2200. */
export function hasFormat(format: Format, text: string): boolean {
  return RULES[format].accepts(text);
}

/** What a format allows, as the end of the sentence "The … field must be …". */
export function describeFormat(format: Format): string {
  return RULES[format].allowed;
}

/** An unescaped + of an offset arrives in a query as a space; puts it back. */
export function repairOffset(format: Format, text: string): string {
  const isInstant =
    format === 'FORMAT_DATE_TIME' || format === 'FORMAT_UTC_MS' || format === 'FORMAT_DATE_OR_DATE_TIME';
  return isInstant ? text.replace(/ (?=\d{2}:\d{2}$)/, '+') : text;
}

function isDate(text: string): boolean {
  const match = DATE.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function isDateTime(text: string): boolean {
  const match = DATE_TIME.exec(text);
  if (!match) return false;
  const [, date = '', time = '', offsetHours = '00', offsetMinutes = '00'] = match;
  return isDate(date) && TIME.test(time) && Number(offsetHours) <= OFFSET_MAX_HOURS && Number(offsetMinutes) < 60;
}

function isTimeZone(text: string): boolean {
  if (!ZONE.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
