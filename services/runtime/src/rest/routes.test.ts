import {
  create,
  createFileRegistry,
  type DescExtension,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  fromJson,
  type JsonValue,
  setExtension,
  toBinary,
} from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  type MethodDescriptorProto,
  MethodOptionsSchema,
} from '@bufbuild/protobuf/wkt';
import { loadImage } from '@lido/proto/image';
import { describe, expect, it } from 'vitest';
import { buildRoutes, TESTING_PACKAGE } from './routes.ts';
import { specimenRoutes } from './testing/specimens.ts';

const image = loadImage();
const find = <Found>(found: Found | undefined): Found => {
  if (!found) throw new Error('The image lacks what the test needs.');
  return found;
};
const http = find(image.getExtension('google.api.http'));
const answer = find(image.getExtension('lido.rest.v1.answer'));
const csv = find(image.getExtension('lido.rest.v1.csv'));

/** The image with one method of the testing service changed. */
function changed(methodName: string, change: (method: MethodDescriptorProto) => void): FileRegistry {
  const files = [...image.files].map((file) => file.proto);
  const copy = fromBinary(FileDescriptorSetSchema, toBinary(FileDescriptorSetSchema, setOf(files)));
  const methods = copy.file
    .filter((file) => file.package === TESTING_PACKAGE)
    .flatMap((file) => file.service[0]?.method ?? []);
  change(find(methods.find((method) => method.name === methodName)));
  return createFileRegistry(copy);
}

function setOf(file: FileDescriptorProto[]): FileDescriptorSet {
  return create(FileDescriptorSetSchema, { file });
}

function setOption(method: MethodDescriptorProto, extension: DescExtension, value: unknown): void {
  const options = method.options ?? create(MethodOptionsSchema);
  setExtension(options, extension, value);
  method.options = options;
}

const withRule = (methodName: string, rule: JsonValue): FileRegistry =>
  changed(methodName, (method) =>
    setOption(method, http, fromJson(find(http.message as DescMessage), rule, { registry: image })),
  );

describe('buildRoutes', () => {
  const routes = specimenRoutes(image);

  it('gives every binding of every annotated rpc, and its gRPC path', () => {
    expect(routes.map(({ verb, path, rpc }) => `${verb} ${path} ${rpc.replace(`${TESTING_PACKAGE}.`, '')}`)).toEqual([
      'GET /testing/specimens SpecimenService.ListSpecimens',
      'GET /testing/specimens/{id} SpecimenService.GetSpecimen',
      'GET /testing/specimens/{id}/file SpecimenService.DownloadSpecimen',
      'POST /testing/specimens/{id}/picture SpecimenService.UploadPicture',
      'GET /testing/specimens/newest SpecimenService.GetNewestSpecimen',
      'POST /testing/specimens SpecimenService.CreateSpecimen',
      'PUT /testing/specimens/{id} SpecimenService.UpdateSpecimen',
      'DELETE /testing/specimens/{id} SpecimenService.DeleteSpecimen',
      'DELETE /testing/specimens/{id}/labels SpecimenService.DetachLabels',
      'DELETE /testing/specimen-labels/{id} SpecimenService.DetachLabels',
      'GET /testing/specimens/{id}/parts SpecimenService.ListParts',
      'PUT /testing/specimens/{id}/parts SpecimenService.ReplaceParts',
    ]);
    expect(routes[0]?.grpcPath).toBe('/lido.rest.testing.v1.SpecimenService/ListSpecimens');
  });

  it('takes the status from the option, else from the name and the answer', () => {
    const statuses = new Map(routes.map((route) => [route.method, route.status]));
    expect(Object.fromEntries(statuses)).toEqual({
      ListSpecimens: 200,
      GetSpecimen: 200,
      DownloadSpecimen: 200,
      UploadPicture: 200,
      GetNewestSpecimen: 200,
      CreateSpecimen: 201,
      UpdateSpecimen: 200,
      DeleteSpecimen: 204,
      DetachLabels: 204,
      ListParts: 200,
      ReplaceParts: 202,
    });
  });

  it('answers 201 with every copy, which is a new resource', () => {
    const copies = buildRoutes(image).filter(({ path }) => path.endsWith('/copy'));
    expect(copies.map(({ status, rpc }) => [rpc, status])).toEqual(copies.map(({ rpc }) => [rpc, 201]));
    expect(copies.length).toBeGreaterThan(0);
  });

  it('reads access and the shape of errors', () => {
    expect(routes[0]?.access).toEqual({ kinds: ['KIND_STAFF'], permission: 'reservations.view', scope: 'SCOPE_SITE' });
    expect(routes.find((route) => route.method === 'ReplaceParts')?.problem).toBe('PROBLEM_NESTED');
  });

  it('never exposes the testing package unless it is asked to', () => {
    expect(buildRoutes(image).filter((route) => route.package === TESTING_PACKAGE)).toEqual([]);
  });
});

describe('buildRoutes refuses at boot', () => {
  it.each<[string, string, JsonValue, RegExp]>([
    ['patch', 'GetSpecimen', { patch: '/x' }, /SpecimenService\.GetSpecimen: only get, post, put and delete/],
    ['a custom verb', 'GetSpecimen', { custom: { kind: 'LOCK', path: '/x' } }, /only get, post, put and delete/],
    ['**', 'GetSpecimen', { get: '/x/**' }, /\/x\/\*\* is not supported/],
    ['a pattern in a variable', 'GetSpecimen', { get: '/x/{id=specimens/*}' }, /is not supported/],
    ['a response body', 'GetSpecimen', { get: '/x/{id}', responseBody: 'name' }, /response_body is not supported/],
    ['a body on GET', 'GetSpecimen', { get: '/x/{id}', body: '*' }, /a GET can not have a body/],
    [
      'a path variable that is not a field',
      'GetSpecimen',
      { get: '/x/{nonsense}' },
      /path variable nonsense is not a field/,
    ],
    ['a path variable that is a list', 'DetachLabels', { delete: '/x/{label_ids}' }, /label_ids can not be in a path/],
    ['a path variable twice', 'GetSpecimen', { get: '/x/{id}/{id}' }, /appears twice/],
    [
      'a body that is not a field',
      'UpdateSpecimen',
      { put: '/x/{id}', body: 'nonsense' },
      /body nonsense is not a field/,
    ],
    ['a collision of shapes', 'DetachLabels', { delete: '/testing/specimens/{id}' }, /have the same route/],
    [
      'a collision of an additional binding',
      'GetSpecimen',
      { get: '/x/{id}', additionalBindings: [{ get: '/x/{id}' }] },
      /have the same route/,
    ],
  ])('%s', (_title, methodName, rule, sentence) => {
    expect(() => specimenRoutes(withRule(methodName, rule))).toThrow(sentence);
  });

  it('an rpc without an access option', () => {
    const registry = changed('GetSpecimen', (method) => {
      const rule = fromJson(find(http.message as DescMessage), { get: '/x/{id}' }, { registry: image });
      method.options = create(MethodOptionsSchema);
      setOption(method, http, rule);
    });
    expect(() => specimenRoutes(registry)).toThrow(
      /GetSpecimen: an rpc with a google.api.http rule must have an access/,
    );
  });

  it('a paged answer that is not a page', () => {
    const registry = changed('GetSpecimen', (method) => setOption(method, answer, 2));
    expect(() => specimenRoutes(registry)).toThrow(/GetSpecimen: a paged answer needs/);
  });

  it('an effect whose answer streams, and a request that does', () => {
    const effect = changed('CreateSpecimen', (method) => {
      method.serverStreaming = true;
    });
    expect(() => specimenRoutes(effect)).toThrow(/CreateSpecimen: only an rpc for GET may stream its answer/);
    const upload = changed('ListParts', (method) => {
      method.clientStreaming = true;
    });
    expect(() => specimenRoutes(upload)).toThrow(/ListParts: a request is one message/);
  });

  it('a file that does not stream', () => {
    const registry = changed('DownloadSpecimen', (method) => {
      method.serverStreaming = false;
    });
    expect(() => specimenRoutes(registry)).toThrow(/must stream lido.rest.v1.FilePart/);
  });

  it('CSV by an rpc that is not there, or that no file comes from', () => {
    const registry = changed('ListSpecimens', (method) => setOption(method, csv, 'DownloadNothing'));
    expect(() => specimenRoutes(registry)).toThrow(/ListSpecimens: there is no rpc DownloadNothing/);
    const unary = changed('DownloadSpecimens', (method) => {
      method.serverStreaming = false;
    });
    expect(() => specimenRoutes(unary)).toThrow(/DownloadSpecimens: an rpc that answers a file must stream/);
  });
});
