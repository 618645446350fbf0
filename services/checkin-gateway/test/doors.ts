import { randomUUID } from 'node:crypto';
import type { Membership } from '@lido/proto/lido/memberships/v1/membership.ts';
import { type Api, apiAt, type Row } from '../../../tools/seed/api.ts';
import { HttpReader } from '../simulator/http-reader.ts';
import { membership } from './builders.ts';
import { eventually, type TestGateway, type TestGuest } from './support.ts';

/** A reader with the id of its device. */
export type Door = HttpReader & { readonly id: string };

/** Sites with rules and readers of their own, made over REST, so that no test meets another's visitors. */
export interface Doors {
  readonly api: Api;
  /** Adds a site that is always open, unless told otherwise, with the rules given. */
  addSite(policy?: object, fields?: object): Promise<string>;
  choose(siteId: string, policy: object): Promise<Row>;
  /** Adds a reader that lets in, unless told otherwise. */
  addDoor(siteId: string, fields?: object): Promise<Door>;
  /** Adds a guest with a membership of the site and waits until the gateway knows both. */
  addMember(siteId: string, changes?: Partial<Membership>): Promise<TestGuest & { membershipId: string }>;
  checkInsOf(guest: TestGuest): Promise<Row[]>;
}

/** Of a gateway with the API in front. */
export function doorsOf(gateway: TestGateway): Doors {
  const api = apiAt(gateway.baseUrl, gateway.ownerToken);
  const choose: Doors['choose'] = (siteId, policy) => api.put(`/sites/${siteId}/visit-policy`, policy);
  return {
    api,
    choose,
    addSite: async (policy, fields = {}) => {
      const site = { name: 'Harbour Spa', timezone: 'Europe/London', currency: 'GBP', ...fields };
      const { id } = await api.post('/sites', site);
      if (policy) await choose(id, policy);
      return id;
    },
    addDoor: async (siteId, fields = {}) => {
      const device = {
        ...{ site_id: siteId, name: 'Door', kind: 'reader_http', serial_number: randomUUID() },
        ...{ direction: 'in', medium_format: 'HEX_MSB', ...fields },
      };
      const { id } = await api.post('/devices', device);
      const { token } = await api.post<Row & { token: string }>(`/devices/${id}/token`);
      return Object.assign(new HttpReader({ baseUrl: gateway.baseUrl, deviceId: id, token }), { id });
    },
    addMember: async (siteId, changes = {}) => {
      const guest = await gateway.addGuest();
      const { organisationId } = gateway;
      const held = membership({ siteId, organisationId, customerId: guest.customerId, changes });
      await gateway.streams.tellMembership(held);
      await eventually(
        async () => (await gateway.sql('select 1 from known_memberships where id = $1', [held.id])).length === 1,
      );
      return { ...guest, membershipId: held.id };
    },
    checkInsOf: ({ customerId }) => api.get<Row[]>(`/customers/check-ins?customer_id=${customerId}`),
  };
}

/** A guest's wearable, as it is held to a reader. */
export function cardOf({ uid }: Pick<TestGuest, 'uid'>) {
  return { kind: 'rfid_uid', value: uid } as const;
}
