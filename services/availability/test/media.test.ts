import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaServiceService } from '@lido/proto/lido/availability/v1/media.ts';
import type { FilePart } from '@lido/proto/lido/rest/v1/options.ts';
import { callerMetadata, type Peer, type RawClient } from '@lido/runtime/grpc/client.ts';
import { startTelemetry } from '@lido/runtime/telemetry/telemetry.ts';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectTo } from '../../../test/support/clients.ts';
import { callerOf, type TestCaller } from '../../../test/support/callers.ts';
import { blankSessionType, hire, offer } from '../../../test/support/offerings.ts';
import { startWorld, type World } from './world.ts';

let folder: string;
let world: World;
let media: Peer<typeof MediaServiceService>;
let client: RawClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lido-media-'));
  world = await startWorld({ env: { LIDO_MEDIA_FOLDER: folder } });
  media = world.peer(MediaServiceService);
  client = connectTo(world.address, {
    name: 'availability',
    telemetry: startTelemetry({ service: 'test', logLevel: 'silent' }),
  });
});
afterAll(async () => {
  client.close();
  await world.stop();
  await rm(folder, { recursive: true });
});

const part = (content: Uint8Array | string, fileName: string): FilePart => ({
  content: Buffer.from(content),
  fileName,
  contentType: 'text/html',
  cacheControl: '',
  isInline: false,
});
const blank = { file: null, image: null, organisationId: '', collection: 'MEDIA_COLLECTION_UNSPECIFIED' as const };
const drawn = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#336699' } });
const add = (file: FilePart, caller = world.staff) => media.createMedia({ ...blank, file }, caller);

async function download(path: string, caller: TestCaller = world.anybody): Promise<FilePart & { bytes: Buffer }> {
  const [, , id = '', name = ''] = path.split('/');
  const metadata = callerMetadata(caller.principal, caller.requestId);
  const parts: FilePart[] = [];
  const stream = client.serverStream(MediaServiceService.downloadMedia, { id, name }, { metadata, deadlineMs: 5_000 });
  for await (const one of stream) parts.push(one);
  const [first] = parts;
  if (!first) throw new Error(`${path} has no content.`);
  return { ...first, bytes: Buffer.concat(parts.map(({ content }) => content)) };
}

describe('an image', () => {
  test('is decoded for its type and size, whatever it is called, and gets a smaller version', async () => {
    const content = await drawn(1600, 400).png().toBuffer();
    const made = await add(part(content, '../../etc/Warm stones.html'));
    expect(made).toMatchObject({
      fileName: 'Warm stones.html',
      mimeType: 'image/png',
      size: content.length,
      width: 1600,
      height: 400,
      originalUrl: `/media/${made.id}/original.png`,
      url: `/media/${made.id}/thumbnail.webp`,
    });
    expect(await media.getMedia({ id: made.id }, world.anybody)).toEqual(made);
    const original = await download(made.originalUrl);
    expect(original.bytes.equals(content)).toBe(true);
    expect(original).toMatchObject({
      contentType: 'image/png',
      cacheControl: 'public, max-age=31536000, immutable',
      isInline: true,
    });
    const thumbnail = await download(made.url);
    expect(await sharp(thumbnail.bytes).metadata()).toMatchObject({ format: 'webp', width: 800, height: 200 });
    expect(await readdir(join(folder, made.id))).toEqual(['original.png', 'thumbnail.webp']);
  });

  test.each(['jpeg', 'webp', 'gif', 'avif'] as const)('may be %s', async (format) => {
    const made = await add(part(await drawn(20, 10).toFormat(format).toBuffer(), 'a'));
    expect(made).toMatchObject({ mimeType: `image/${format}`, width: 20, height: 10 });
  });

  test('that lies on its side is described the way up it is shown', async () => {
    const sideways = await drawn(40, 10).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect(await add(part(sideways, 'a.jpg'))).toMatchObject({ width: 10, height: 40 });
  });

  test('that is damaged, claims millions of pixels or is no image at all is refused, and nothing of it is kept', async () => {
    const before = (await readdir(folder)).length;
    const whole = await drawn(300, 300).jpeg().toBuffer();
    const huge = await drawn(8000, 8000).png().toBuffer();
    for (const content of [whole.subarray(0, whole.length / 2), huge, Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')]) {
      await expect(add(part(content, 'a.png'))).rejects.toMatchObject({ fields: { file: [expect.any(String)] } });
    }
    for (const image of [part('<svg/>', 'a.svg'), part('%PDF-1.7', 'a.pdf'), part('a,b', 'a.csv'), part('', 'a.png')]) {
      await expect(media.createMedia({ ...blank, image }, world.staff)).rejects.toMatchObject({
        fields: { image: [expect.stringContaining('JPEG')] },
      });
    }
    expect(await readdir(folder)).toHaveLength(before);
  });
});

describe('another file', () => {
  test('is for its organisation’s staff only, and is saved rather than shown', async () => {
    const made = await media.createMedia(
      { ...blank, file: part('Name\nÅsa\n', 'guests.csv'), collection: 'MEDIA_COLLECTION_IMPORTS' },
      world.staff,
    );
    expect(made).toMatchObject({ mimeType: 'text/csv; charset=utf-8', width: null, url: made.originalUrl });
    expect(await download(made.url, world.staff)).toMatchObject({
      fileName: 'guests.csv',
      isInline: false,
      cacheControl: 'private, no-store',
    });
    for (const caller of [world.anybody, world.stranger]) {
      await expect(media.getMedia({ id: made.id }, caller)).rejects.toMatchObject({ kind: 'not_found' });
      await expect(download(made.url, caller)).rejects.toMatchObject({ kind: 'not_found' });
    }
    await expect(add(part('MZ', 'a.exe'))).rejects.toMatchObject({ fields: { file: [expect.any(String)] } });
  });
});

test('only names that were given out are answered', async () => {
  const made = await add(part(await drawn(2, 2).png().toBuffer(), 'a.png'));
  for (const name of ['original.jpg', 'thumbnail.png', '..', 'x']) {
    await expect(download(`/media/${made.id}/${name}`)).rejects.toMatchObject({ kind: 'not_found' });
  }
  await expect(media.getMedia({ id: 'x' }, world.anybody)).rejects.toMatchObject({ kind: 'not_found' });
});

test('a file is needed, and the permission to add it to one’s own organisation', async () => {
  await expect(media.createMedia(blank, world.staff)).rejects.toMatchObject({ fields: { file: [expect.any(String)] } });
  await expect(media.createMedia({ ...blank, organisationId: 'other' }, world.staff)).rejects.toMatchObject({
    fields: { organisation_id: ['There is no organisation other.'] },
  });
  const grants = [{ siteId: world.siteId, brandId: world.brandId, permissions: ['reservations.view'] }];
  await expect(media.createMedia(blank, callerOf({ ...world.staff.principal, grants }))).rejects.toMatchObject({
    kind: 'forbidden',
  });
});

test('offerings and practitioners show the images they name, which must be images of their organisation', async () => {
  const made = await add(part(await drawn(3, 2).png().toBuffer(), 'stones.png'));
  const type = await offer(world, { practitionerIds: [], roomIds: [] }, { imageId: made.id });
  expect(type.image).toEqual(made);
  const { image } = await world.shop.getShopOffering(
    { siteId: world.siteId, offeringType: 'appointment', offeringId: type.id },
    world.anybody,
  );
  expect(image).toEqual(made);
  const [id = ''] = await hire(world, 1);
  const practitioner = await world.practitioners.getPractitioner({ id }, world.staff);
  const change = (avatarId: string | null) =>
    world.practitioners.updatePractitioner(
      { id, practitioner: { ...practitioner, avatarId }, updateMask: ['avatar_id'] },
      world.staff,
    );
  expect((await change(made.id)).avatar).toEqual(made);
  expect(await change(null)).toMatchObject({ avatar: null, avatarId: null });
  const csv = await add(part('a', 'a.csv'));
  for (const imageId of ['x', csv.id]) {
    const refused = { fields: { image_id: [`There is no ${imageId} here.`] } };
    await expect(offer(world, { practitionerIds: [], roomIds: [] }, { imageId })).rejects.toMatchObject(refused);
    const session = { ...blankSessionType, siteId: world.siteId, name: 'Class', imageId };
    await expect(world.sessionTypes.createSessionType(session, world.staff)).rejects.toMatchObject(refused);
    await expect(change(imageId)).rejects.toMatchObject({ fields: { avatar_id: [expect.any(String)] } });
  }
});
