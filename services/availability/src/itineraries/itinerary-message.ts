import type { Itinerary as Answer, ItineraryItem } from '@lido/proto/lido/availability/v1/itinerary.ts';
import type { Session } from '@lido/proto/lido/availability/v1/session.ts';
import { formatInstant } from '@lido/runtime/time/zone.ts';
import { namedResources } from '../sites/named-resources.ts';
import type { Itinerary } from '../solver/itineraries/visit.ts';
import type { SiteModel } from '../solver/model.ts';

type Delivery = Itinerary['items'][number]['delivery'];
type Delivered = Pick<ItineraryItem, 'practitioners' | 'rooms' | 'equipment' | 'areas' | 'sessionId'>;

/** A visit as clients see it: times on the site's clocks, resources by name. */
export function toAnswer(itinerary: Itinerary, model: SiteModel, sessions: ReadonlyMap<string, Session>): Answer {
  const times = ({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }) => ({
    startTime: formatInstant(startMs, model.zone),
    endTime: formatInstant(endMs, model.zone),
  });
  return {
    ...times(itinerary),
    idleMinutes: itinerary.idleMinutes,
    items: itinerary.items.map((item, itemIndex) => ({
      itemIndex,
      ...times(item),
      ...delivered(item.delivery, model, sessions),
      price: item.amountMinor,
    })),
    price: itinerary.amountMinor,
  };
}

function delivered(delivery: Delivery, model: SiteModel, sessions: ReadonlyMap<string, Session>): Delivered {
  const nothing: Delivered = { practitioners: [], rooms: [], equipment: [], areas: [], sessionId: null };
  if (delivery.kind === 'listed') {
    const session = sessions.get(delivery.start.placeId);
    const some = <T>(value: T | null | undefined): T[] => (value ? [value] : []);
    const resources = { practitioners: some(session?.practitioner), rooms: some(session?.room) };
    return { ...nothing, ...resources, sessionId: delivery.start.placeId };
  }
  if (delivery.kind === 'area') {
    const { id, name } = delivery.area;
    return { ...nothing, areas: [{ id, name }] };
  }
  const { practitionerIds, roomAssignments, equipment } = delivery.combination;
  return {
    ...nothing,
    practitioners: namedResources(model.practitioners, practitionerIds),
    rooms: namedResources(
      model.rooms,
      roomAssignments.map(({ roomId }) => roomId),
    ),
    equipment: namedResources(
      model.equipment,
      equipment.map(({ equipmentId }) => equipmentId),
    ),
  };
}
