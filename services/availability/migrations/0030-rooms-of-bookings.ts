import { Migration } from '@mikro-orm/migrations';

/** A booking knows all its rooms. Of those that knew only the first, the claims tell the others; what was given back keeps the one. */
export class RoomsOfBookings extends Migration {
  override up(): void {
    this.addSql(`
      update bookings b set
        summary = b.summary - 'room' || jsonb_build_object('rooms', coalesce(
          (select jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name) order by r.id <> b.summary #>> '{room,id}', r.id)
           from rooms r where r.id in (select c.resource_id from claims c where c.booking_id = b.id and c.active and c.kind = 'room')),
          case jsonb_typeof(b.summary->'room') when 'object' then jsonb_build_array(b.summary->'room') else '[]' end)),
        request = case when jsonb_exists(b.request, 'assigned')
          then jsonb_set(b.request #- '{assigned,roomId}', '{assigned,roomIds}',
            case jsonb_typeof(b.request #> '{assigned,roomId}')
              when 'string' then jsonb_build_array(b.request #> '{assigned,roomId}') else '[]' end)
          else b.request end
      where jsonb_exists(b.summary, 'room')`);
  }
}
