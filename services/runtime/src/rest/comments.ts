import type { DescField, DescMessage, DescMethod, DescService } from '@bufbuild/protobuf';

type Commented = DescMessage | DescField | DescMethod | DescService;

// Field numbers of FileDescriptorProto, DescriptorProto and ServiceDescriptorProto: the steps of a source path.
const FILE_MESSAGE = 4;
const FILE_SERVICE = 6;
const MESSAGE_FIELD = 2;
const MESSAGE_NESTED = 3;
const SERVICE_METHOD = 2;

const indexes = new WeakMap<object, ReadonlyMap<string, string>>();

/** The comment that stands before a declaration, its lines joined; empty where there is none. */
export function readComment(desc: Commented): string {
  const file = desc.kind === 'field' || desc.kind === 'rpc' ? desc.parent.file : desc.file;
  let index = indexes.get(file);
  if (!index) {
    index = new Map(
      (file.proto.sourceCodeInfo?.location ?? []).map((place) => [place.path.join('.'), tidy(place.leadingComments)]),
    );
    indexes.set(file, index);
  }
  return index.get(pathOf(desc).join('.')) ?? '';
}

function pathOf(desc: Commented): number[] {
  switch (desc.kind) {
    case 'message': {
      const { parent, file } = desc;
      return parent
        ? [...pathOf(parent), MESSAGE_NESTED, parent.nestedMessages.indexOf(desc)]
        : [FILE_MESSAGE, file.messages.indexOf(desc)];
    }
    case 'service':
      return [FILE_SERVICE, desc.file.services.indexOf(desc)];
    case 'field':
      return [...pathOf(desc.parent), MESSAGE_FIELD, desc.parent.fields.indexOf(desc)];
    case 'rpc':
      return [...pathOf(desc.parent), SERVICE_METHOD, desc.parent.methods.indexOf(desc)];
  }
}

function tidy(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
}
