import type { Api } from '../../../tools/seed/api.ts';
import type { Rows, Seeded } from './row-types.ts';

/** An area, and what can be booked of it, each with its rules. */
export async function addAreaRows(api: Api, { site }: Seeded): Promise<Rows> {
  const area = await api.post('/shop/bookable-areas', { site_id: site, name: 'Hot tub', capacity: 6 });
  const opening = { weekdays: ['monday'], time_from: '09:00', time_to: '17:00' };
  const areaRule = await api.post(`/shop/bookable-areas/${area.id}/availability-rules`, opening);
  const type = await api.post('/shop/area-booking-types', {
    ...{ site_id: site, name: 'Soak', area_ids: [area.id], max_guests: 6 },
    ...{ start_time_interval: 30, duration_interval: 30, min_duration: 60, max_duration: 120 },
  });
  const rule = await api.post(`/shop/area-booking-types/${type.id}/availability-rules`, opening);
  const price = await api.post(`/shop/area-booking-types/${type.id}/price-rules`, { price: 50, max_duration: 90 });
  return {
    inFields: { area_ids: area.id },
    inPaths: {
      '/shop/bookable-areas/{}': area.id,
      '/shop/bookable-areas/{}/availability-rules/{}': areaRule.id,
      '/shop/area-booking-types/{}': type.id,
      '/shop/area-booking-types/{}/availability-rules/{}': rule.id,
      '/shop/area-booking-types/{}/price-rules/{}': price.id,
      '/shop/item-availability/area-bookings/{}': type.id,
    },
  };
}
