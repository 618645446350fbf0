import type { CreateMediaRequest } from '@lido/proto/lido/availability/v1/media.ts';
import type { Media } from '@lido/proto/lido/availability/v1/offering.ts';
import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';
import { forbidden, invalid } from '@lido/runtime/errors/refusal.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { mayAnywhere } from '@lido/runtime/grpc/principal.ts';
import { insertRow } from '@lido/runtime/resource/create.ts';
import { told } from '@lido/runtime/resource/load.ts';
import { type FileKind, fileKinds, kindOf, originalName, shownName, thumbnailName } from './file-kind.ts';
import { media } from './media.repository.ts';
import type { MediaStore } from './media-store.ts';
import { type ReadImage, readImage } from './read-image.ts';

interface CheckedFile {
  readonly kind: FileKind;
  readonly image: ReadImage | undefined;
}

/** Stores a file of a kind we know. Its bytes are kept before its row is: a crash between the two leaves bytes nobody sees. */
export function createMedia(store: MediaStore) {
  return async (request: CreateMediaRequest, call: Call): Promise<Media> => {
    const { organisationId } = call.principal;
    const { permission } = call.access;
    if (!mayAnywhere(call.principal, permission)) throw forbidden(permission);
    if (request.organisationId !== '' && request.organisationId !== organisationId) {
      throw invalid({ organisation_id: [`There is no organisation ${request.organisationId}.`] });
    }
    const [field, file] = request.image ? (['image', request.image] as const) : (['file', request.file] as const);
    if (!file) throw invalid({ file: ['A file is needed, sent as multipart/form-data under file or image.'] });
    const { kind, image } = await checkFile(field, file);
    return call.transact(async (transaction) => {
      const row = insertRow(
        media,
        {
          fileName: shownName(file.fileName, kind),
          kind,
          size: file.content.length,
          collection:
            request.collection === 'MEDIA_COLLECTION_UNSPECIFIED' ? 'MEDIA_COLLECTION_LIBRARY' : request.collection,
          width: image?.width ?? null,
          height: image?.height ?? null,
        },
        transaction,
        call,
      );
      await store.put(`${row.id}/${originalName(kind)}`, file.content);
      if (image) await store.put(`${row.id}/${thumbnailName}`, image.thumbnail);
      return told(media, row, transaction, call);
    });
  };
}

async function checkFile(field: 'file' | 'image', { content, fileName }: FilePart): Promise<CheckedFile> {
  const kind = kindOf(content, fileName);
  const isAllowed = kind !== undefined && (field === 'file' || fileKinds[kind].isImage);
  if (!isAllowed) {
    const others = field === 'file' ? ', a PDF or a CSV' : '';
    throw invalid({ [field]: [`The ${field} must be a JPEG, PNG, WebP, GIF or AVIF image${others}.`] });
  }
  if (!fileKinds[kind].isImage) return { kind, image: undefined };
  const image = await readImage(content);
  if (!image) throw invalid({ [field]: ['The image is damaged, or has more than 50 million pixels.'] });
  return { kind, image };
}
