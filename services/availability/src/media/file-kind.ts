/** The kinds of files that are stored, and how each is sent. */
export const fileKinds = {
  jpg: { mimeType: 'image/jpeg', isImage: true },
  png: { mimeType: 'image/png', isImage: true },
  webp: { mimeType: 'image/webp', isImage: true },
  gif: { mimeType: 'image/gif', isImage: true },
  avif: { mimeType: 'image/avif', isImage: true },
  pdf: { mimeType: 'application/pdf', isImage: false },
  csv: { mimeType: 'text/csv; charset=utf-8', isImage: false },
} as const;

export type FileKind = keyof typeof fileKinds;

/** What the first bytes of each kind say, from which byte on. */
const signatures: readonly (readonly [kind: FileKind, at: number, bytes: string])[] = [
  ['jpg', 0, '\xff\xd8\xff'],
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['gif', 0, 'GIF87a'],
  ['gif', 0, 'GIF89a'],
  ['webp', 8, 'WEBP'],
  ['avif', 4, 'ftypavif'],
  ['avif', 4, 'ftypavis'],
  ['pdf', 0, '%PDF-'],
];

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The kind of a file by its content. A text has no signature: it is a CSV if it is called so and is UTF-8 without control characters.
 * Undefined for anything else, whatever it calls itself.
 */
export function kindOf(content: Uint8Array, fileName: string): FileKind | undefined {
  const head = Buffer.from(content.subarray(0, 32)).toString('latin1');
  const signed = signatures.find(([, at, bytes]) => head.startsWith(bytes, at));
  if (signed) return signed[0];
  return /\.csv$/i.test(fileName) && isPlainText(content) ? 'csv' : undefined;
}

function isPlainText(content: Uint8Array): boolean {
  try {
    return content.length > 0 && !/[\0-\x08\x0e-\x1f]/.test(utf8.decode(content));
  } catch {
    return false;
  }
}

const nameLengthMax = 200;

/** A file's name as it is shown and offered for saving: its last part, without what no name should hold. */
export function shownName(fileName: string, kind: FileKind): string {
  const last = fileName.toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const clean = last.replace(/[\p{Cc}\p{Cf}"<>:|?*]/gu, '').trim();
  return clean === '' ? `file.${kind}` : clean.slice(-nameLengthMax).toWellFormed();
}

/** The last part of the address of a file as it was stored, and of the smaller version of an image. */
export const originalName = (kind: FileKind): string => `original.${kind}`;
export const thumbnailName = 'thumbnail.webp';
