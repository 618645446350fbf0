import type { DownloadMediaRequest, MediaServiceService } from '@lido/proto/lido/availability/v1/media.ts';
import type { Media } from '@lido/proto/lido/availability/v1/offering.ts';
import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';
import { notFound } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { formatsIn } from '@lido/runtime/resource/load.ts';
import { createMedia } from './create-media.handlers.ts';
import { fileKinds, originalName, thumbnailName } from './file-kind.ts';
import { MediaEntity, type MediaRow } from './media.entity.ts';
import { media } from './media.repository.ts';
import type { MediaStore } from './media-store.ts';

/** Files: taken, described and sent. */
export function mediaHandlers(store: MediaStore) {
  return {
    createMedia: createMedia(store),
    getMedia: async ({ id }: { id: string }, call: Call): Promise<Media> =>
      media.toMessage(await findOpen(id, call), formatsIn('UTC')),
    downloadMedia: (request: DownloadMediaRequest, call: Call) => sendMedia(store, request, call),
  } satisfies Handlers<typeof MediaServiceService>;
}

async function* sendMedia(store: MediaStore, { id, name }: DownloadMediaRequest, call: Call): AsyncIterable<FilePart> {
  const row = await findOpen(id, call);
  const { mimeType, isImage } = fileKinds[row.kind];
  const isThumbnail = isImage && name === thumbnailName;
  if (!isThumbnail && name !== originalName(row.kind)) throw notFound(name);
  const file = {
    contentType: isThumbnail ? fileKinds.webp.mimeType : mimeType,
    fileName: row.fileName,
    cacheControl: isImage ? 'public, max-age=31536000, immutable' : 'private, no-store',
    isInline: isImage,
  };
  for await (const content of store.get(`${id}/${name}`)) yield { ...file, content };
}

/** Images are for everybody who knows their id, as shops show them; other files for their organisation's staff. */
async function findOpen(id: string, { em, principal }: Call): Promise<MediaRow> {
  const row = await em.findOne(MediaEntity, { id, deletedAt: null });
  const isOwn = principal.kind === 'KIND_STAFF' && principal.organisationId === row?.organisationId;
  if (!row || (!fileKinds[row.kind].isImage && !isOwn)) throw notFound(id);
  return row;
}
