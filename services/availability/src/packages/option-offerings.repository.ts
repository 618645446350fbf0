import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { PackageItemChoiceOption, ShopOffering } from '@lido/proto/lido/availability/v1/shop_offering.ts';
import type { FieldErrors } from '@lido/runtime/errors/refusal.ts';
import { AppointmentTypeEntity } from '../appointments/appointment-type.entity.ts';
import { currenciesOf } from '../offerings/currency.repository.ts';
import { offeringEmbeds } from '../offerings/offering-embeds.repository.ts';
import type { Offering } from '../offerings/offering.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { namedOffering, toShopOffering } from '../offerings/shop-offering.ts';
import { SessionTypeEntity } from '../sessions/session-type.entity.ts';
import { itemTypeWord } from './item-choice.ts';
import type { ChoiceOption, ItemChoiceRow, PackageRow } from './package.entity.ts';

/**
 * Options that name what the site does not offer now, but for those the choice has had before: what was archived since does not stand
 * in the way of other changes. Products are another service's, so that their ids are taken as they are.
 */
export async function unknownOptions(
  em: SqlEntityManager,
  { id, options }: Pick<ItemChoiceRow, 'id' | 'options'>,
  { siteId }: Pick<PackageRow, 'siteId'>,
): Promise<FieldErrors> {
  const offerings = await offeringsOf(em, options);
  const stored = await storedOfferings(em, id);
  const errors: FieldErrors = {};
  for (const [index, { itemType, offering }] of options.entries()) {
    const word = itemTypeWord(itemType);
    if (word === 'product' || !offering?.id || stored.has(offering.id)) continue;
    const found = offerings.get(offering.id);
    const isOffered = found?.type === word && !found.row.deletedAt && sitesOf(found).includes(siteId);
    if (!isOffered) errors[`options.${index}.offering`] = [`This site does not offer the ${word} ${offering.id}.`];
  }
  return errors;
}

async function storedOfferings(em: SqlEntityManager, choiceId: string): Promise<Set<string>> {
  const rows = await em.execute<{ offering_id: string }[]>(
    `select option->'offering'->>'id' as offering_id from package_item_choices, jsonb_array_elements(options) as option where id = ?`,
    [choiceId],
  );
  return new Set(rows.map((row) => row.offering_id));
}

/** How the options of choices show their offerings: in full with their prices, archived ones included, or by name. */
export async function presentOptions(
  em: SqlEntityManager,
  choices: readonly Pick<ItemChoiceRow, 'options'>[],
  isFull: boolean,
): Promise<(option: ChoiceOption) => PackageItemChoiceOption> {
  const offerings = await offeringsOf(
    em,
    choices.flatMap(({ options }) => options),
  );
  const shown = isFull ? await inFull(em, [...offerings.values()]) : byName(offerings);
  return (option) => {
    const id = option.offering?.id ?? '';
    return { ...option, offering: shown.get(id) ?? namedOffering(itemTypeWord(option.itemType), id) };
  };
}

function byName(offerings: ReadonlyMap<string, Offering>): Map<string, ShopOffering> {
  return new Map([...offerings].map(([id, { type, row }]) => [id, namedOffering(type, id, row.name)]));
}

async function inFull(em: SqlEntityManager, offerings: readonly Offering[]): Promise<Map<string, ShopOffering>> {
  const rules = await rulesByParent(
    em,
    offerings.map(({ row }) => row.id),
  );
  const embeds = await offeringEmbeds(
    em,
    offerings.map(({ row }) => row),
  );
  const currencies = await currenciesOf(em, [...new Set(offerings.flatMap(sitesOf))]);
  return new Map(
    offerings.map((offering) => {
      const [siteId = ''] = sitesOf(offering);
      const prices = rules.prices(offering.row.id).map(({ price }) => price);
      const site = { siteId, currency: currencies.get(siteId) ?? null };
      return [offering.row.id, { ...toShopOffering(offering, site, prices), ...embeds(offering.row) }];
    }),
  );
}

function sitesOf({ type, row }: Offering): string[] {
  return type === 'appointment' ? row.siteIds : [row.siteId];
}

/** The appointment and session types that options name, archived ones included, by id. */
async function offeringsOf(em: SqlEntityManager, options: readonly ChoiceOption[]): Promise<Map<string, Offering>> {
  const ids = [...new Set(options.flatMap(({ offering }) => offering?.id ?? []))];
  if (ids.length === 0) return new Map();
  const plain = { disableIdentityMap: true } as const;
  const appointments = await em.find(AppointmentTypeEntity, { id: { $in: ids } }, plain);
  const sessions = await em.find(SessionTypeEntity, { id: { $in: ids } }, plain);
  const offerings: Offering[] = [
    ...appointments.map((row): Offering => ({ type: 'appointment', row })),
    ...sessions.map((row): Offering => ({ type: 'session', row })),
  ];
  return new Map(offerings.map((offering) => [offering.row.id, offering]));
}
