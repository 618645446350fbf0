import { once } from 'node:events';
import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';
import type { Request, Response } from 'express';

/** Sends a file piece by piece, no faster than the client reads. What fails before the first piece is still the caller's to answer. */
export async function sendFile(parts: AsyncIterable<FilePart>, request: Request, response: Response): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let isBegun = false;
  for await (const part of parts) {
    if (!isBegun) describeFile(part, response);
    const { content } = part;
    isBegun = true;
    if (request.method === 'HEAD' || gone.signal.aborted) break;
    if (!response.write(content)) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
  }
  response.end();
}

/** Only what its service says is harmless is shown by a browser; all else is saved, under a name that can not be mistaken for more. */
function describeFile({ contentType, fileName, cacheControl, isInline }: FilePart, response: Response): void {
  response.attachment(fileName);
  if (isInline) response.setHeader('Content-Disposition', 'inline');
  if (cacheControl !== '') response.setHeader('Cache-Control', cacheControl);
  response.setHeader('Content-Type', contentType);
}
