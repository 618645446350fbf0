import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';
import type { Call, StreamHandler } from '../grpc/call.ts';
import { csvChunks } from './csv-chunks.ts';
import { csvFile } from './csv-file.ts';
import type { ReportKind } from './job.ts';

/** Streams a report of the request at once, for one that is small enough to be waited for. */
export function downloadReport<Request extends object>(kind: ReportKind<Request>): StreamHandler<Request, FilePart> {
  return async function* (request: Request, call: Call) {
    await kind.check?.(request, call);
    const file = csvFile(kind.type, call.clock.nowMs());
    const unseen = { ...call, progress: () => undefined };
    for await (const text of csvChunks(kind, request, unseen)) yield { ...file, content: Buffer.from(text) };
  };
}
