import { compileMapper, encodeMessage } from './encode.ts';
import type { MessagePlan } from './plan.ts';
import type { Route } from './routes.ts';

/** The request a paged answer makes its links of. */
export interface PageLocation {
  /** The absolute address of the request's path, without a query. */
  readonly url: string;
  /** The caller's query, without its question mark. */
  readonly query: string;
}

/** The request an answer is for. */
export interface AnswerContext extends PageLocation {
  readonly requestId: string;
}

/** lido.rest.v1.Page as ts-proto has it. */
export interface PagePosition {
  readonly page: number;
  readonly perPage: number;
  readonly total: number;
}

/** Gives the body of a success answer; undefined where the answer has none. */
export type AnswerEncoder = (message: unknown, context: AnswerContext) => string | undefined;

/** Compiles the envelope of a route's answers. */
export function createAnswerEncoder(route: Pick<Route, 'answer' | 'response'>): AnswerEncoder {
  if (route.response.name === 'google.protobuf.Empty') return () => undefined;
  switch (route.answer) {
    case 'ANSWER_UNSPECIFIED':
      return (message) => JSON.stringify({ data: route.response.toJson(message) });
    case 'ANSWER_BARE':
      return (message) => encodeMessage(route.response, message);
    case 'ANSWER_PAGED':
      return createPageEncoder(route.response);
    case 'ANSWER_COUNTED':
      return isPage(route.response) ? createCountedListEncoder(route.response) : createCountedEncoder(route.response);
    case 'ANSWER_ITEMS':
      return createItemsEncoder(route.response);
    case 'ANSWER_FILE':
      throw new Error('A file is sent as it comes, without an envelope.');
  }
}

// {data, links, meta} with whatever else the answer holds, such as totals.
function createPageEncoder(plan: MessagePlan): AnswerEncoder {
  const toJson = compileMapper(plan.fields.filter((field) => field.name !== 'page'));
  return (message, location) => {
    const { data, page } = message as { data: readonly unknown[]; page: PagePosition | null };
    const position = page ?? { page: 1, perPage: data.length, total: data.length };
    return JSON.stringify({ ...toJson(message), ...describePage(position, data.length, location) });
  };
}

function isPage({ fields }: MessagePlan): boolean {
  return fields.some((field) => field.name === 'page');
}

function createCountedEncoder(plan: MessagePlan): AnswerEncoder {
  return (message, { requestId }) => JSON.stringify({ data: plan.toJson(message), request_id: requestId, count: 1 });
}

function createCountedListEncoder(plan: MessagePlan): AnswerEncoder {
  const toJson = compileMapper(plan.fields.filter((field) => field.name !== 'page'));
  return (message, { requestId }) => {
    const { page } = message as { page: PagePosition | null };
    return JSON.stringify({ ...toJson(message), request_id: requestId, count: page?.total ?? 0 });
  };
}

function createItemsEncoder(plan: MessagePlan): AnswerEncoder {
  const toJson = compileMapper(plan.fields.filter((field) => field.name !== 'page'));
  return (message, location) => {
    const { page } = message as { page: PagePosition | null };
    return JSON.stringify({ ...toJson(message), paging: page ? describePaging(page, location) : noPaging });
  };
}

const noPaging = { next: null, prev: null };

/** The addresses of the pages beside this one; they say the size of a page, which the caller need not have sent. */
function describePaging({ page, perPage, total }: PagePosition, location: PageLocation): object {
  const lastPage = Math.max(1, Math.ceil(total / Math.max(1, perPage)));
  const link = (target: number): string => pageLink(location, { limit: perPage, page: target });
  return {
    next: page < lastPage ? link(page + 1) : null,
    prev: page > 1 ? link(Math.min(page - 1, lastPage)) : null,
  };
}

/** `from` and `to` count rows from 1 and are null on an empty page; an empty list has one page. */
export function describePage(position: PagePosition, count: number, location: PageLocation): object {
  const { page, perPage, total } = position;
  const lastPage = Math.max(1, Math.ceil(total / Math.max(1, perPage)));
  const from = (page - 1) * perPage + 1;
  const link = (target: number): string => pageLink(location, { page: target });
  return {
    links: {
      first: link(1),
      next: page < lastPage ? link(page + 1) : null,
      prev: page > 1 ? link(Math.min(page - 1, lastPage)) : null,
      last: link(lastPage),
    },
    meta: {
      from: count > 0 ? from : null,
      to: count > 0 ? from + count - 1 : null,
      total,
      current_page: page,
      last_page: lastPage,
      per_page: perPage,
      path: location.url,
    },
  };
}

// The caller's filters are kept as they were written; only where the page is gets replaced.
function pageLink({ url, query }: PageLocation, place: Readonly<Record<string, number>>): string {
  const isKept = (pair: string): boolean => pair !== '' && !((pair.split('=', 1)[0] ?? '') in place);
  const pairs = Object.entries(place).map(([name, value]) => `${name}=${value}`);
  return `${url}?${[...query.split('&').filter(isKept), ...pairs].join('&')}`;
}
