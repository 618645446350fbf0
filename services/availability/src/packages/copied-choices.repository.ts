import { type FieldErrors, invalid } from '@lido/runtime/errors/refusal.ts';
import type { CopyParts } from '@lido/runtime/resource/copy.ts';
import { choicesOf } from './item-choice.repository.ts';
import { unknownOptions } from './option-offerings.repository.ts';
import type { PackageRow } from './package.entity.ts';

/** A copy for another site is refused where its choices name what that site does not offer. */
export const refuseForeignOptions: CopyParts<PackageRow> = async (from, to, { em }) => {
  if (from.siteId === to.siteId) return;
  const errors: FieldErrors = {};
  for (const [index, choice] of (await choicesOf(em, [to.id])).entries()) {
    for (const [name, sentences] of Object.entries(await unknownOptions(em, { ...choice, id: '' }, to)))
      errors[`item_choices.${index}.${name}`] = sentences;
  }
  if (Object.keys(errors).length > 0) throw invalid(errors);
};
