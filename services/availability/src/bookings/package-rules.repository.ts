import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { invalid } from '@lido/runtime/errors/refusal.ts';
import { packageReason } from '../solver/packages/package-dates.ts';
import { packageItem } from '../solver/packages/package-item.ts';
import { type PackageItem, packageMessage } from '../solver/packages/package-model.ts';
import { brokenRule, isComplete } from '../solver/packages/package-rules.ts';
import { reasonMessage } from '../solver/reason.ts';
import type { BookedRequest } from './booking.ts';
import { bookingsOfPackage } from './booking.repository.ts';
import type { OfferedItem, PackagePart } from './hold-order.ts';
import type { ItemPlan } from './item-plan.ts';
import type { Planning } from './plan-appointments.ts';

/** Refuses plans that break a rule of the package they are chosen in, beside each other and what its line holds already. */
export async function requirePackageRules(
  em: SqlEntityManager,
  planning: Planning,
  items: readonly OfferedItem[],
  plans: readonly ItemPlan[],
): Promise<void> {
  if (planning.order.skipRules) return;
  const packaged = items.filter(({ inPackage }) => inPackage);
  for (const [lineId, ofLine] of Map.groupBy(packaged, ({ item }) => item.packageItemOf ?? '')) {
    const zone = planning.order.site.timezone;
    const held = (await bookingsOfPackage(em, lineId))
      .filter(({ itemId }) => !planning.itemIds.includes(itemId))
      .map(({ request, startsAtMs, endsAtMs }) => chosenAt(request, { startMs: startsAtMs, endMs: endsAtMs }, zone));
    const wanted = ofLine.flatMap(({ item, inPackage }) => {
      const plan = plans.find((one) => one.item.itemId === item.itemId);
      return plan && inPackage ? [{ inPackage, item: chosenAt(item, plan, zone) }] : [];
    });
    const all = [...held, ...wanted.map(({ item }) => item)];
    for (const { inPackage, item } of wanted) requireRules(planning, inPackage, { item, all });
  }
}

function requireRules(
  { site: { compiled }, order, memberships }: Planning,
  { offering: { model } }: PackagePart,
  { item, all }: { item: PackageItem; all: readonly PackageItem[] },
): void {
  const held = all.filter((other) => other !== item);
  const asker = { nowMs: order.nowMs, memberships };
  const ofPackage = packageReason(compiled, model, asker, { held, item });
  if (ofPackage !== undefined) throw invalid({ time: [reasonMessage(ofPackage)] });
  const broken = brokenRule(model, held, item, isComplete(model, all));
  if (broken !== undefined) throw invalid({ time: [packageMessage(broken)] });
}

function chosenAt(request: BookedRequest, times: { startMs: number; endMs: number }, zone: string): PackageItem {
  const ids = { choiceId: request.packageChoiceId ?? '', optionId: request.packageOptionId ?? '' };
  return { ...packageItem(ids, times, zone), guestIds: request.guestIds };
}
