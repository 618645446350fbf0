import { createHash } from 'node:crypto';
import {
  type handleUnaryCall,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { HealthService } from '@lido/proto/grpc/health/v1/health.ts';
import { TokenServiceService } from '@lido/proto/lido/customers/internal/v1/token.ts';
import { Principal } from '@lido/proto/lido/principal/v1/principal.ts';
import {
  type ListSpecimensRequest,
  type Part,
  type PartList,
  Specimen,
  SpecimenServiceService,
  type UpdateSpecimenRequest,
} from '@lido/proto/lido/rest/testing/v1/specimen.ts';
import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';
import { Refusal } from '@lido/runtime/errors/refusal.ts';
import { toStatus } from '@lido/runtime/errors/wire.ts';

/** What a call looked like to the service. */
export interface SeenCall {
  readonly rpc: string;
  readonly request: unknown;
  readonly metadata: Metadata;
  readonly principal: Principal | undefined;
}

export interface SpecimenServer {
  readonly address: string;
  readonly seen: SeenCall[];
  /** Tokens that stand for somebody; may be changed between requests. */
  readonly tokens: Map<string, Principal['kind']>;
  stop(): void;
}

/** A real gRPC server of the specimens, of tokens and of its own health. */
export async function startSpecimenServer(): Promise<SpecimenServer> {
  const seen: SeenCall[] = [];
  const tokens = new Map<string, Principal['kind']>([
    ['staff-token', 'KIND_STAFF'],
    ['service-token', 'KIND_SERVICE'],
  ]);
  const serve = <Q, A>(rpc: string, answer: (request: Q, trailer: Metadata) => A): handleUnaryCall<Q, A> => {
    return (call: ServerUnaryCall<Q, A>, callback: sendUnaryData<A>) => {
      seen.push({ rpc, request: call.request, metadata: call.metadata, principal: principalOf(call.metadata) });
      const trailer = new Metadata();
      try {
        callback(null, answer(call.request, trailer), trailer);
      } catch (error) {
        callback(error instanceof Refusal ? toStatus(error) : { code: 2, details: String(error) });
      }
    };
  };
  const server = new Server();
  server.addService(SpecimenServiceService, specimenHandlers(serve));
  server.addService(TokenServiceService, {
    resolveToken: serve<{ tokenHash: string }, object>('ResolveToken', ({ tokenHash }) => resolve(tokens, tokenHash)),
  });
  server.addService(HealthService, {
    check: serve('Check', () => ({ status: 'SERVING' })),
    watch: () => undefined,
  });
  const { promise, resolve: bound, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : bound(port),
  );
  return { address: `127.0.0.1:${await promise}`, seen, tokens, stop: () => server.forceShutdown() };
}

type Serve = <Q, A>(rpc: string, answer: (request: Q, trailer: Metadata) => A) => handleUnaryCall<Q, A>;

function specimenHandlers(serve: Serve) {
  const pearl: Specimen = { ...Specimen.decode(new Uint8Array()), id: 's1', siteId: 'site', name: 'Pearl' };
  return {
    listSpecimens: serve<ListSpecimensRequest, object>('ListSpecimens', ({ page, perPage }) => ({
      data: [pearl, pearl],
      page: { page: page ?? 1, perPage: Math.min(perPage ?? 2, 2), total: 5 },
      totals: { price: 10 },
    })),
    getSpecimen: serve<{ id: string }, Specimen>('GetSpecimen', ({ id }) => getSpecimen(pearl, id)),
    downloadSpecimen: sendFile,
    downloadSpecimens: (call: ServerWritableStream<ListSpecimensRequest, FilePart>) => {
      const file = { contentType: 'text/csv', fileName: 'specimens.csv', cacheControl: '', isInline: false };
      call.write({ ...file, content: Buffer.from(`page ${call.request.page}`) });
      call.end();
    },
    uploadPicture: serve('UploadPicture', () => pearl),
    getNewestSpecimen: serve('GetNewestSpecimen', () => ({ ...pearl, id: 'newest' })),
    createSpecimen: serve<Specimen, Specimen>('CreateSpecimen', (request, trailer) => {
      if (request.name === 'Repeated') trailer.set('lido-idempotency-replayed', 'true');
      return { ...request, id: 's2' };
    }),
    updateSpecimen: serve<UpdateSpecimenRequest, Specimen>('UpdateSpecimen', ({ specimen }) => specimen ?? pearl),
    deleteSpecimen: serve('DeleteSpecimen', () => ({})),
    detachLabels: serve('DetachLabels', () => ({})),
    listParts: sendParts,
    replaceParts: serve('ReplaceParts', () => {
      throw new Refusal('invalid', 'invalid', "The request didn't pass validation.", { fields: { parts: ['No.'] } });
    }),
  };
}

/** Three pieces, of which a `broken` file has only the first and a `missing` one none. */
function sendFile(call: ServerWritableStream<{ id: string }, FilePart>): void {
  const { id } = call.request;
  const part = { contentType: 'text/csv; charset=utf-8', fileName: `${id}.csv`, cacheControl: '', isInline: false };
  if (id === 'missing') {
    call.emit('error', toStatus(new Refusal('not_found', 'not_found', 'There is no such file.')));
    return;
  }
  call.write({ ...part, content: Buffer.from('one,') });
  if (id === 'broken') {
    call.emit('error', { code: 13, details: 'password=secret' });
    return;
  }
  call.write({ ...part, content: Buffer.alloc(300_000, 'two') });
  call.write({ ...part, content: Buffer.from(',three') });
  call.end();
}

/** Two messages of parts; `broken` ones break off after the first, `missing` ones before it. */
function sendParts(call: ServerWritableStream<{ id: string }, PartList>): void {
  const { id } = call.request;
  const part = (name: string): Part => ({ name, quantity: 1, parts: [] });
  if (id === 'missing') {
    call.emit('error', toStatus(new Refusal('not_found', 'not_found', 'There are no such parts.')));
    return;
  }
  call.write({ data: [part('one'), part('two')], requestId: 'r1' });
  if (id === 'broken') {
    call.emit('error', { code: 13, details: 'password=secret' });
    return;
  }
  call.write({ data: [part('three')], requestId: null });
  call.end();
}

function getSpecimen(pearl: Specimen, id: string): Specimen {
  switch (id) {
    case 'missing':
      throw new Refusal('not_found', 'not_found', 'The requested resource could not be found missing');
    case 'taken':
      throw new Refusal('state_conflict', 'slot_taken', 'The slot is taken.', { metadata: { alternatives: ['s9'] } });
    case 'broken':
      throw new Error('password=secret at db.internal');
    default:
      return { ...pearl, id, extra: { a: [1, null, { b: 'c' }] } };
  }
}

function resolve(tokens: ReadonlyMap<string, Principal['kind']>, tokenHash: string): object {
  for (const [token, kind] of tokens) {
    if (createHash('sha256').update(token).digest('hex') !== tokenHash) continue;
    return { principal: { ...Principal.decode(new Uint8Array()), kind, id: 'u1', organisationId: 'o1' } };
  }
  throw new Refusal('not_found', 'not_found', 'There is no such token.');
}

function principalOf(metadata: Metadata): Principal | undefined {
  const [bytes] = metadata.get('lido-principal-bin');
  return Buffer.isBuffer(bytes) ? Principal.decode(bytes) : undefined;
}
