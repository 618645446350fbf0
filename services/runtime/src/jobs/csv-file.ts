import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';

/** What a report's file is called and how it is served, without its content. */
export function csvFile(type: string, madeAtMs: number): Omit<FilePart, 'content'> {
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    fileName: `${type}-${new Date(madeAtMs).toISOString().slice(0, 10)}.csv`,
    cacheControl: 'private, no-store',
    isInline: false,
  };
}
