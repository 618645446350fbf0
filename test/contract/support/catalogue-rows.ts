import type { Api } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

/** What an organisation sorts and marks its offerings with. */
export async function addCatalogueRows(api: Api, { organisation, site, rooms }: Seeded): Promise<Rows> {
  const ofOrganisation = `/shop/organisations/${organisation}`;
  const category = await api.post(`${ofOrganisation}/categories`, { name: 'Massages' });
  const tag = await api.post(`${ofOrganisation}/appointment-tags`, { name: 'Relaxing' });
  const zone = await api.post('/shop/zones', { site_id: site, name: 'First floor' });
  const room = rooms['lotus'] ?? '';
  const opening = await api.post(`/shop/rooms/${room}/availability-rules`, { time_from: '08:00' });
  const image = await api.upload('/shop/media', pictureForm());
  return {
    inFields: {
      category_ids: category.id,
      tag_ids: tag.id,
      can_offer_tags: tag.id,
      suitable_for_tags: tag.id,
      zone_ids: zone.id,
      ...{ image_id: image.id, avatar_id: image.id },
    },
    inPaths: {
      '/shop/media/{}': image.id,
      '/media/{}': image.id,
      '/media/{}/{}': 'thumbnail.webp',
      '/shop/zones/{}': zone.id,
      '/shop/rooms/{}/availability-rules/{}': opening.id,
      '/shop/organisations/{}': organisation,
      '/shop/organisations/{}/categories/{}': category.id,
      '/shop/organisations/{}/appointment-tags/{}': tag.id,
    },
  };
}

/** One red dot. */
function pictureForm(): FormData {
  const dot = 'R0lGODlhAQABAIAAAP8AAP///ywAAAAAAQABAAACAkQBADs=';
  const form = new FormData();
  form.append('image', new Blob([Buffer.from(dot, 'base64')]), 'dot.gif');
  return form;
}
