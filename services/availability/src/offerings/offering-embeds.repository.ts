import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Category, Media, Tag } from '@lido/proto/lido/availability/v1/offering.ts';
import { lookUp } from '@lido/runtime/resource/look-up.ts';
import { appointmentTags } from '../catalogue/appointment-tag.handlers.ts';
import { categories } from '../catalogue/category.handlers.ts';
import { imagesOf } from '../media/media.repository.ts';
import { currenciesOf } from './currency.repository.ts';
import { type RulesByParent, rulesByParent } from './rule.repository.ts';

/** What every kind of offering shows of other tables. */
export interface OfferingEmbeds {
  categories: Category[];
  image: Media | null;
}

/** Fetches what offerings of any kind show of other tables, with one query per table for all of them. */
export async function offeringEmbeds<Row extends { categoryIds: string[]; imageId?: string | null | undefined }>(
  em: SqlEntityManager,
  rows: readonly Row[],
): Promise<(row: Row) => OfferingEmbeds> {
  const categoriesOf = await lookUp(
    categories,
    em,
    rows.flatMap((row) => row.categoryIds),
  );
  const imageOf = await imagesOf(em, rows, ({ imageId }) => imageId);
  return (row) => ({ categories: categoriesOf(row.categoryIds), image: imageOf(row) });
}

/** The same with the currency of an offering's site, and beside it the rules, whose form is each kind's own. */
export async function catalogueEmbeds<
  Row extends { id: string; categoryIds: string[]; imageId?: string | null | undefined },
>(
  em: SqlEntityManager,
  rows: readonly Row[],
  siteIdOf: (row: Row) => string | undefined,
): Promise<{ shown(row: Row): OfferingEmbeds & { currency: string | null }; rules: RulesByParent }> {
  const rules = await rulesByParent(
    em,
    rows.map(({ id }) => id),
  );
  const currencies = await currenciesOf(
    em,
    rows.flatMap((row) => siteIdOf(row) ?? []),
  );
  const embeds = await offeringEmbeds(em, rows);
  return { shown: (row) => ({ ...embeds(row), currency: currencies.get(siteIdOf(row) ?? '') ?? null }), rules };
}

/** Fetches the tags of rows that carry any, with one query for all of them. */
export async function tagsOf<Row extends { tagIds: string[] }>(
  em: SqlEntityManager,
  rows: readonly Row[],
): Promise<(row: Row) => { tags: Tag[] }> {
  const tagsByIds = await lookUp(
    appointmentTags,
    em,
    rows.flatMap((row) => row.tagIds),
  );
  return ({ tagIds }) => ({ tags: tagsByIds(tagIds) });
}
