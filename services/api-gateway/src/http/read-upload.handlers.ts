import { UploadedFile } from '@lido/runtime/rest/uploaded-file.ts';
import { parseQueryText } from '@lido/runtime/rest/query.ts';
import busboy, { type Busboy } from 'busboy';
import type { Request } from 'express';
import {
  BodyTooLarge,
  type BodyReader,
  mediaTypeOf,
  malformed,
  type ReadBody,
  UnsupportedContent,
} from './read-body.handlers.ts';

/** The largest file that is taken, in bytes. */
export const fileBytesMax = 10 * 1024 * 1024;
const fieldsMax = 20;
const fieldBytesMax = 20_000;

/** Reads multipart bodies with one file of at most `bytesMax` bytes; what is no multipart body is read as ever. */
export function createUploadReader(readBody: BodyReader, bytesMax = fileBytesMax): BodyReader {
  return (request, response) =>
    mediaTypeOf(request) === 'multipart/form-data' ? readMultipart(request, bytesMax) : readBody(request, response);
}

async function readMultipart(request: Request, bytesMax: number): Promise<ReadBody> {
  const parser = openParser(request, bytesMax);
  const parts = collectParts(parser, bytesMax);
  request.pipe(parser);
  // A client that goes away leaves the parser waiting.
  request.once('close', () => parser.destroy());
  try {
    return await parts;
  } finally {
    // What is left of a refused body is read and forgotten, so that the client gets to read the answer.
    request.unpipe(parser);
    request.resume();
  }
}

function openParser(request: Request, bytesMax: number): Busboy {
  const limits = { fileSize: bytesMax, files: 1, fields: fieldsMax, fieldSize: fieldBytesMax, headerPairs: 50 };
  try {
    return busboy({ headers: request.headers, limits, defParamCharset: 'utf8' });
  } catch {
    throw new UnsupportedContent('A multipart/form-data body must name its boundary.');
  }
}

/** All parts once the body is read to its end. */
function collectParts(parser: Busboy, bytesMax: number): Promise<ReadBody> {
  const { promise, resolve, reject } = Promise.withResolvers<ReadBody>();
  const fields: [name: string, value: string][] = [];
  const files: [name: string, file: UploadedFile][] = [];
  parser.on('field', (name, value, { valueTruncated }) => {
    if (valueTruncated) reject(new BodyTooLarge(`The field ${name} must not be larger than ${fieldBytesMax} bytes.`));
    fields.push([name, value]);
  });
  parser.on('file', (name, stream, { filename, mimeType }) => {
    const chunks: Buffer[] = [];
    stream.on('limit', () => reject(new BodyTooLarge(`The file must not be larger than ${bytesMax} bytes.`)));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      // A form whose file input was left empty sends a part without a name or content.
      if (chunks.length > 0 || filename) {
        files.push([name, new UploadedFile(mimeType, filename ?? '', Buffer.concat(chunks))]);
      }
    });
  });
  parser.on('filesLimit', () => reject(malformed('The body must hold one file only.')));
  parser.on('fieldsLimit', () => reject(malformed(`The body must not hold more than ${fieldsMax} fields.`)));
  parser.on('error', () => reject(malformed('The body could not be read to its end.')));
  parser.on('close', () => resolve(toBody(fields, files)));
  return promise;
}

/** The fields read as a form's, with the files among them. */
function toBody(fields: [string, string][], files: [string, UploadedFile][]): ReadBody {
  const text = new URLSearchParams(fields).toString();
  const value = { ...parseQueryText(text), ...Object.fromEntries(files) };
  // Boundaries differ each time a request is sent; what it says does not.
  const parts = files.flatMap(([name, { fileName, content }]) => [Buffer.from(`\n${name}\n${fileName}\n`), content]);
  return { value, source: 'form', bytes: Buffer.concat([Buffer.from(text), ...parts]) };
}
