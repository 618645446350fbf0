import type { DescMethod } from '@bufbuild/protobuf';

/** `/package.Service/Method`, as it stands on the wire. */
export function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}
