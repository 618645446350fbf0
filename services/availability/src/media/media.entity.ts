import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { MediaCollection } from '@lido/proto/lido/availability/v1/media.ts';
import { baseProperties } from '@lido/runtime/db/base.ts';
import type { FileKind } from './file-kind.ts';

export const MediaEntity = defineEntity({
  name: 'Media',
  tableName: 'media',
  properties: {
    ...baseProperties,
    /** As its owner called it; never a name on our disk. */
    fileName: p.string(),
    kind: p.string().$type<FileKind>(),
    size: p.integer(),
    collection: p.string().$type<MediaCollection>(),
    /** Of images, in pixels; they have a thumbnail too. */
    width: p.integer().nullable(),
    height: p.integer().nullable(),
  },
});

export type MediaRow = InferEntity<typeof MediaEntity>;
