import { csvHeader, csvLines } from './csv.ts';
import type { ReportCall, ReportKind, ReportRow } from './job.ts';

const rowsPerBatch = 500;
const chunkCharacters = 256 * 1024;

/** A report's CSV in pieces of some hundred kilobytes; there is always one. Ends with an error once the call is aborted. */
export async function* csvChunks<Request extends object>(
  kind: ReportKind<Request>,
  request: Request,
  call: ReportCall,
): AsyncIterable<string> {
  let batch: ReportRow[] = [];
  let text = csvHeader(kind.columns);
  for await (const row of kind.rows(request, call)) {
    call.signal.throwIfAborted();
    batch.push(row);
    if (batch.length < rowsPerBatch) continue;
    text += csvLines(kind.columns, batch);
    batch = [];
    if (text.length < chunkCharacters) continue;
    yield text;
    text = '';
  }
  call.signal.throwIfAborted();
  yield text + csvLines(kind.columns, batch);
}
