import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';

/** The message that stands for a file in the request of an rpc; only a multipart body can fill it. */
export const FILE_MESSAGE = 'lido.rest.v1.FilePart';

/** A file of a multipart body. Being of a class of its own, nothing that JSON or a form says can pass for one. */
export class UploadedFile implements FilePart {
  readonly cacheControl = '';
  readonly isInline = false;
  readonly contentType: string;
  readonly fileName: string;
  readonly content: Buffer;

  constructor(contentType: string, fileName: string, content: Buffer) {
    this.contentType = contentType;
    this.fileName = fileName;
    this.content = content;
  }
}
