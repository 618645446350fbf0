import sharp from 'sharp';

/** What an image is beside its bytes: its size in pixels, the way up it is shown, and a smaller version of it in WebP. */
export interface ReadImage {
  readonly width: number;
  readonly height: number;
  readonly thumbnail: Buffer;
}

/** Enough for any camera, and 200 MB of memory while it is decoded; a few bytes can claim far more. */
const pixelsMax = 50_000_000;
const thumbnailPixels = 800;
const secondsMax = 10;

/** Decodes an image to its last pixel. Undefined when it is damaged, or larger than anybody needs. */
export async function readImage(content: Uint8Array): Promise<ReadImage | undefined> {
  try {
    const image = sharp(content, { limitInputPixels: pixelsMax, failOn: 'error' });
    const { autoOrient } = await image.metadata();
    const thumbnail = await image
      .autoOrient()
      .resize({ width: thumbnailPixels, height: thumbnailPixels, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 82 })
      .timeout({ seconds: secondsMax })
      .toBuffer();
    return { width: autoOrient.width, height: autoOrient.height, thumbnail };
  } catch {
    return undefined;
  }
}
