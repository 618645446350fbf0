import type { Medium_MediumKind } from '@lido/proto/lido/checkin/v1/reader.ts';
import type { MediumKind } from '../visits/media.ts';

/** The kinds of media in the contract's words. */
export const mediumKindWords: Readonly<Record<MediumKind, Medium_MediumKind>> = {
  rfid_uid: 'MEDIUM_KIND_RFID_UID',
  card_number: 'MEDIUM_KIND_CARD_NUMBER',
  barcode: 'MEDIUM_KIND_BARCODE',
  pin: 'MEDIUM_KIND_PIN',
  token: 'MEDIUM_KIND_TOKEN',
};

/** The kind that a word of the contract names; undefined where it names none. */
export function mediumKindOf(word: Medium_MediumKind): MediumKind | undefined {
  return (Object.keys(mediumKindWords) as MediumKind[]).find((kind) => mediumKindWords[kind] === word);
}
