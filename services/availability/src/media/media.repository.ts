import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Media } from '@lido/proto/lido/availability/v1/offering.ts';
import { lookUp } from '@lido/runtime/resource/look-up.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import { newUuid } from '@lido/runtime/service/ids.ts';
import { fileKinds, originalName, thumbnailName } from './file-kind.ts';
import { MediaEntity, type MediaRow } from './media.entity.ts';

export const media: ResourceSpec<MediaRow, Media> = {
  noun: 'file',
  entity: MediaEntity,
  newId: newUuid,
  scope: { of: 'organisation' },
  writable: [],
  toMessage: ({ id, fileName, kind, size, width, height }) => ({
    id,
    fileName,
    mimeType: fileKinds[kind].mimeType,
    originalUrl: `/media/${id}/${originalName(kind)}`,
    size,
    url: `/media/${id}/${fileKinds[kind].isImage ? thumbnailName : originalName(kind)}`,
    width: width ?? null,
    height: height ?? null,
  }),
  filters: {},
  orderBy: { createdAt: 'asc' },
  event: { saved: 'lido.availability.media.saved', encode: (message) => Media.encode(message).finish() },
};

/** Fetches the images that rows name, with one query for all of them. */
export async function imagesOf<Row>(
  em: SqlEntityManager,
  rows: readonly Row[],
  idOf: (row: Row) => string | null | undefined,
): Promise<(row: Row) => Media | null> {
  const imagesByIds = await lookUp(media, em, rows.map(idOf));
  return (row) => imagesByIds([idOf(row)])[0] ?? null;
}
