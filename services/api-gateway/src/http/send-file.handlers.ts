import { once } from 'node:events';
import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';
import type { Request, Response } from 'express';

/** Sends a file piece by piece, no faster than the client reads. What fails before the first piece is still the caller's to answer. */
export async function sendFile(parts: AsyncIterable<FilePart>, request: Request, response: Response): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let isBegun = false;
  for await (const { contentType, fileName, content } of parts) {
    if (!isBegun) response.attachment(fileName).setHeader('Content-Type', contentType);
    isBegun = true;
    if (request.method === 'HEAD' || gone.signal.aborted) break;
    if (!response.write(content)) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
  }
  response.end();
}
