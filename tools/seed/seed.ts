import { Temporal } from 'temporal-polyfill';
import { type Api, apiAt, type Row } from './api.ts';
import { customers, membership, practitioners, readers, rooms, site, treatments, yoga } from './palm-tree-spa.ts';

export interface SeedContext {
  baseUrl: string;
  bootstrapToken: string;
  log(line: string): void;
  /** Whether the site never closes, so that nothing depends on the hour it is tried at. */
  isAlwaysOpen?: boolean;
}

type Ids = Record<string, string>;

const alwaysOpen = {
  ...site,
  opening_hours: site.opening_hours.map((hours) => ({ ...hours, time_from: '00:00', time_to: '23:59:59' })),
  opening_exceptions: [],
};

/** Fills an empty system with Palm Tree Spa through its own API. Answers the ids that scripts want to know. */
export async function seed({
  baseUrl,
  bootstrapToken,
  log,
  isAlwaysOpen = false,
}: SeedContext): Promise<Record<string, unknown>> {
  const api = apiAt(baseUrl, bootstrapToken);
  const spa = await api.post('/sites', isAlwaysOpen ? alwaysOpen : site);
  log('  the site, its rooms and its people');
  const roomIds = await addRooms(api, spa.id);
  const people = await addPractitioners(api, spa.id);
  log('  treatments and yoga');
  const appointmentTypes = await addTreatments(api, spa.id, roomIds, people);
  const yogaType = await addYoga(api, spa.id, roomIds, people);
  log('  members and readers');
  const customerIds = await addCustomers(api, spa.id);
  const memberships = await addMemberships(api, spa.id, customerIds);
  const devices = await addReaders(api, spa.id);
  return {
    token: bootstrapToken,
    organisation: spa['organisation_id'],
    site: spa.id,
    rooms: roomIds,
    appointment_types: appointmentTypes,
    session_type: yogaType,
    customers: customerIds,
    wearables: Object.fromEntries(customers.map(({ key, wearable }) => [key, wearable])),
    ...memberships,
    device: devices['entrance']?.id,
    devices,
  };
}

async function addRooms(api: Api, siteId: string): Promise<Ids> {
  const ids: Ids = {};
  for (const { key, name, capacity } of rooms)
    ids[key] = (await api.post('/shop/rooms', { site_id: siteId, name, capacity })).id;
  return ids;
}

async function addPractitioners(
  api: Api,
  siteId: string,
): Promise<{ id: string; skills: readonly string[]; days: readonly string[] }[]> {
  const added = [];
  for (const { name, skills, days, hours } of practitioners) {
    const { id } = await api.post('/shop/practitioners', { name, site_ids: [siteId] });
    const rules = days.map((weekday) => ({ weekday, time_from: hours[0], time_to: hours[1] }));
    await api.post('/shop/practitioner-rotas', { practitioner_id: id, availability_rules: rules });
    added.push({ id, skills, days });
  }
  return added;
}

async function addTreatments(
  api: Api,
  siteId: string,
  roomIds: Ids,
  people: { id: string; skills: readonly string[] }[],
): Promise<Ids> {
  const ids: Ids = {};
  for (const {
    name,
    skill,
    rooms: roomKeys,
    prices,
    availability = [],
    guests = [1, 1],
    extra,
    ...type
  } of treatments) {
    const { id } = await api.post('/shop/appointment-types', {
      ...type,
      name,
      site_ids: [siteId],
      practitioner_ids: people
        .filter(({ skills }) => skill !== null && skills.includes(skill))
        .map((person) => person.id),
      room_ids: roomKeys.map((key) => roomIds[key]),
      min_guests: guests[0],
      max_guests: guests[1],
      start_time_interval: 15,
      max_advance_bookings_interval: 'P6M',
      ...extra,
    });
    for (const price of prices) await api.post(`/shop/appointment-types/${id}/price-rules`, price);
    for (const rule of availability) await api.postBare(`/shop/appointment-types/${id}/availability-rules`, rule);
    ids[name] = id;
  }
  return ids;
}

/** Two weeks of a daily session, which claims its teacher and the studio. */
async function addYoga(
  api: Api,
  siteId: string,
  roomIds: Ids,
  people: { id: string; skills: readonly string[] }[],
): Promise<string> {
  const { name, description, duration, price, time, capacity } = yoga;
  const type = await api.post('/shop/session-types', { name, description, duration, site_id: siteId, max_guests: 4 });
  await api.post(`/shop/session-types/${type.id}/price-rules`, { price });
  const teacher = people.find(({ skills }) => skills.includes('yoga'));
  const today = Temporal.Now.plainDateISO(site.timezone);
  for (let day = 1; day <= 14; day++) {
    const start = today.add({ days: day }).toZonedDateTime({ timeZone: site.timezone, plainTime: time });
    const startTime = start.toString({ timeZoneName: 'never' });
    await api.post('/shop/sessions', {
      session_type_id: type.id,
      start_time: startTime,
      practitioner_id: teacher?.id,
      room_id: roomIds['studio'],
      capacity,
    });
  }
  return type.id;
}

async function addCustomers(api: Api, siteId: string): Promise<Ids> {
  const ids: Ids = {};
  for (const { key, wearable, ...names } of customers) {
    const { id } = await api.post('/customers/customers', { ...names, site_id: siteId });
    await api.post(`/customers/customers/${id}/barcodes`, { barcode: wearable, kind: 'wearable' });
    ids[key] = id;
  }
  return ids;
}

async function addMemberships(api: Api, siteId: string, customerIds: Ids): Promise<Record<string, unknown>> {
  const { name, price, billing_frequency, members } = membership;
  const initial = { name: 'Monthly', price: { amount: price, currency: site.currency }, billing_frequency };
  const type = await api.post<Row & { rates: Row[] }>('/customers/membership-types', {
    name,
    initial_rate: initial,
    offline_payments: true,
  });
  const rateId = type.rates[0]?.id;
  const memberships: Ids = {};
  for (const key of members) {
    const body = {
      ...{ site_id: siteId, customer_id: customerIds[key], membership_type_id: type.id, membership_rate_id: rateId },
      start_date: Temporal.Now.plainDateISO(site.timezone).toString(),
    };
    const { id } = await api.post('/customers/memberships', body);
    await api.post(`/customers/memberships/${id}/confirm`);
    memberships[key] = id;
  }
  return { membership_type: type.id, memberships };
}

async function addReaders(
  api: Api,
  siteId: string,
): Promise<Record<string, { id: string; token: string; serial: string }>> {
  const devices: Record<string, { id: string; token: string; serial: string }> = {};
  for (const { key, name, serial_number, direction } of readers) {
    const { id } = await api.post('/devices', {
      site_id: siteId,
      name,
      kind: 'gantner_g7',
      serial_number,
      direction,
      medium_format: 'HEX_MSB',
    });
    const { token } = await api.post<Row & { token: string }>(`/devices/${id}/token`);
    devices[key] = { id, token, serial: serial_number };
  }
  return devices;
}
