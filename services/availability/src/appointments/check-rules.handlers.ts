import type { AppointmentType, RulesCheck } from '@lido/proto/lido/availability/v1/appointment_type.ts';
import type { Call } from '@lido/runtime/grpc/call.ts';
import { loadVisible } from '@lido/runtime/resource/load.ts';
import type { ResourceSpec } from '@lido/runtime/resource/spec.ts';
import type { BookingParts } from '../bookings/parts.ts';
import { rulesByParent } from '../offerings/rule.repository.ts';
import { toAppointmentType } from '../sites/site-model.ts';
import { findUnpricedStarts } from '../solver/unpriced-starts.ts';
import type { AppointmentTypeRow } from './appointment-type.entity.ts';

/** Says on which dates of the coming year an appointment type, at any of its sites, can be had without a price. */
export function checkAppointmentTypeRules(
  spec: ResourceSpec<AppointmentTypeRow, AppointmentType>,
  { compiledSites }: Pick<BookingParts, 'compiledSites'>,
) {
  return async ({ id }: { id: string }, call: Call): Promise<RulesCheck> => {
    const row = await loadVisible(spec, id, call, { use: 'read', isArchivedFound: true });
    const rules = await rulesByParent(call.em, [id]);
    const sites = await Promise.all(row.siteIds.map((siteId) => compiledSites.get(siteId, call)));
    const known = sites.flatMap((site) => site?.compiled ?? []);
    const missing = findUnpricedStarts(known, toAppointmentType(row, rules));
    return { valid: missing.length === 0, missing };
  };
}
