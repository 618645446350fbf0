import { readFileSync } from 'node:fs';
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const imageFile = new URL('./gen/lido.binpb', import.meta.url);

/** Reads the descriptors of all our proto files, comments included, as the generator left them. */
export function loadImage(): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(imageFile)));
}
