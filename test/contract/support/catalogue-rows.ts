import type { Api } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

/** What an organisation sorts and marks its offerings with. */
export async function addCatalogueRows(api: Api, { organisation }: Seeded): Promise<Rows> {
  const ofOrganisation = `/shop/organisations/${organisation}`;
  const category = await api.post(`${ofOrganisation}/categories`, { name: 'Massages' });
  const tag = await api.post(`${ofOrganisation}/appointment-tags`, { name: 'Relaxing' });
  return {
    inFields: { category_ids: category.id, tag_ids: tag.id, can_offer_tags: tag.id, suitable_for_tags: tag.id },
    inPaths: {
      '/shop/organisations/{}': organisation,
      '/shop/organisations/{}/categories/{}': category.id,
      '/shop/organisations/{}/appointment-tags/{}': tag.id,
    },
  };
}
