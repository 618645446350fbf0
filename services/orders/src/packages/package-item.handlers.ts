import type { PackageItemInput } from '@lido/proto/lido/orders/v1/order_item.ts';
import { invalid, notFound, stateConflict } from '@lido/runtime/errors/refusal.ts';
import { applyWanted, wantedOf } from '../items/held-item.ts';
import { configuredIds, emptyItem, readItem, type WantedItem } from '../items/item.ts';
import { applyChange, createItem, type ItemChange, takeOut, toHold } from '../items/order-item.handlers.ts';
import type { OrderItemRow } from '../items/order-item.entity.ts';
import { type Aggregate, chosenIn } from '../orders/aggregate.ts';
import { isOpen } from '../orders/order.ts';
import type { OrderPackageRow } from './order-package.entity.ts';
import { priceAgain } from './package-line.handlers.ts';
import { type ChoiceOption, chosenAnew, optionOf, type Party, partyFor, tooMany } from './package-line.ts';

/** What a request chooses in a package. */
export interface Choosing {
  lineId: string;
  input: PackageItemInput;
  mask: readonly string[];
}

/** What a request without a body chooses: nothing. */
export const emptyChoice: PackageItemInput = { practitionerIds: [], guestIds: [], itemConfiguration: null };

/**
 * Chooses an option for those guests of a line who may still have it, under an id that is minted once per request. Where nobody may,
 * `mayReplace` chooses anew what is chosen already.
 */
export async function chooseOption(
  aggregate: Aggregate,
  { itemId, mayReplace, ...choosing }: Choosing & { itemId: string; mayReplace: boolean },
  change: ItemChange,
): Promise<void> {
  const { lineId, input } = choosing;
  const line = requirePackage(aggregate, lineId);
  await priceAgain(aggregate, line, change);
  const wanted = optionOf(line, input.choiceId ?? '', input.optionId ?? '');
  const asked = askedGuests(aggregate, line, input);
  const chosen = chosenIn(aggregate, line);
  const party = partyFor(line, chosen, wanted, asked);
  if (party) return place(aggregate, { ...choosing, line, wanted, party, itemId }, change);
  if (!mayReplace) throw tooMany(wanted.choice);
  await chooseAnew(aggregate, { ...choosing, line, wanted, asked, item: chosenAnew(chosen, wanted, asked) }, change);
}

/** Changes what is chosen: its time, its guests, whom and where, or the option. */
export async function changeChosen(
  aggregate: Aggregate,
  { itemId, ...choosing }: Choosing & { itemId: string },
  change: ItemChange,
): Promise<void> {
  const { lineId, input } = choosing;
  const line = requirePackage(aggregate, lineId);
  const item = requireChosen(aggregate, line, itemId);
  if (item.status === 'ORDER_ITEM_STATUS_CANCELLED')
    throw stateConflict('illegal_state', 'This is cancelled and can not be changed. Please choose it again.');
  await priceAgain(aggregate, line, change);
  const choiceId = input.choiceId ?? item.packageChoiceId ?? '';
  const sameOption = choiceId === item.packageChoiceId ? item.packageOptionId : undefined;
  const wanted = optionOf(line, choiceId, input.optionId ?? sameOption ?? '');
  const asked = askedGuests(aggregate, line, input);
  await chooseAnew(aggregate, { ...choosing, line, wanted, asked, item }, change);
}

/** Clears what is chosen. */
export async function clearChosen(
  aggregate: Aggregate,
  { lineId, itemId }: { lineId: string; itemId: string },
  change: ItemChange,
): Promise<void> {
  const line = requirePackage(aggregate, lineId);
  await takeOut(aggregate, [requireChosen(aggregate, line, itemId)], change);
  await priceAgain(aggregate, line, change);
}

interface ChoosingAnew extends Choosing {
  line: OrderPackageRow;
  wanted: ChoiceOption;
  asked: string[] | undefined;
  item: OrderItemRow;
}

/** Whoever had what is chosen anew has it still, unless others are named or the option takes fewer. */
async function chooseAnew(aggregate: Aggregate, choosing: ChoosingAnew, change: ItemChange): Promise<void> {
  const { line, wanted, asked, item } = choosing;
  const others = chosenIn(aggregate, line).filter(({ id }) => id !== item.id);
  const isSame = item.packageOptionId === wanted.option.id;
  const named = asked ?? (item.guestIds.length > 0 ? item.guestIds : undefined);
  const party =
    isSame && !asked ? { quantity: item.quantity, guestIds: item.guestIds } : partyFor(line, others, wanted, named);
  if (!party) throw tooMany(wanted.choice);
  await place(aggregate, { ...choosing, party, itemId: item.id, current: isSame ? wantedOf(item) : undefined }, change);
}

interface Placing extends Choosing {
  line: OrderPackageRow;
  wanted: ChoiceOption;
  party: Party;
  itemId: string;
  /** What it asks for as it stands, where the option stays. */
  current?: WantedItem | undefined;
}

/** Holds the time of what is chosen, in a basket together with all else that is chosen in the line, so that it lapses together. */
async function place(aggregate: Aggregate, placing: Placing, change: ItemChange): Promise<void> {
  const { line, wanted, party, itemId } = placing;
  const { order } = aggregate;
  const item = { ...readChoice(aggregate, placing, change), ...party };
  const before = chosenIn(aggregate, line);
  const former = before.find(({ id }) => id === itemId);
  const others = isOpen(order.status) ? before.filter(({ id }) => id !== itemId) : [];
  const asked = [
    { id: itemId, wanted: item, isBooked: !isOpen(order.status) },
    ...others.map((other) => toHold(other, wantedOf(other))),
  ];
  const held = await change.bookings.hold(order, asked, change.hold);
  const heldFor = (id: string) => held.find((one) => one.itemId === id);
  if (former) {
    applyWanted(former, item);
    applyChange(former, heldFor(itemId), change);
  }
  const row = former ?? createItem(aggregate, { itemId, wanted: item, held: heldFor(itemId) }, change);
  row.packagePriceChangeMinor = wanted.option.priceChangeMinor;
  for (const other of others) applyChange(other, heldFor(other.id), change);
  const unknown = party.guestIds.filter((id) => !line.guestIds.includes(id));
  line.guestIds = [...line.guestIds, ...unknown];
  await priceAgain(aggregate, line, change);
}

function readChoice(
  aggregate: Aggregate,
  { line, wanted: { choice, option }, party, input, mask, current }: Placing,
  { zone }: ItemChange,
): WantedItem {
  const { practitionerId, practitionerIds } = input;
  const { offeringType = '', offeringId = '' } = option.offering ?? {};
  const carried = mask.map((name) => (name === 'practitioner_id' ? 'practitioner_ids' : name));
  const { wanted } = readItem(
    {
      ...emptyItem,
      ...{ offeringType, offeringId, guestIds: party.guestIds },
      ...{ time: input.time, duration: input.duration, roomId: input.roomId },
      practitionerIds: practitionerIds.length > 0 ? practitionerIds : practitionerId ? [practitionerId] : [],
      itemConfiguration: input.itemConfiguration,
    },
    { zone, guestIds: aggregate.guests.map(({ id }) => id), current, mask: carried },
  );
  return { ...wanted, inPackage: { lineId: line.id, choiceId: choice.id, optionId: option.id } };
}

/** The guests that a body names; they have to be the line's as far as that knows its guests. */
function askedGuests(aggregate: Aggregate, line: OrderPackageRow, input: PackageItemInput): string[] | undefined {
  const given = input.guestIds.length > 0 ? input.guestIds : configuredIds(input.itemConfiguration ?? {}, 'guest_ids');
  if (!given || given.length === 0) return undefined;
  const asked = [...new Set(given)];
  const unknown = asked.filter((id) => !aggregate.guests.some((guest) => guest.id === id));
  if (unknown.length > 0) throw invalid({ guest_ids: unknown.map((id) => `There is no guest ${id} in this order.`) });
  const others = asked.filter((id) => !line.guestIds.includes(id));
  if (line.guestIds.length + others.length > line.quantity)
    throw invalid({ guest_ids: others.map((id) => `This package is not for the guest ${id}.`) });
  return asked;
}

/** The line of a package with an id, or its 404. */
function requirePackage({ packages }: Aggregate, id: string): OrderPackageRow {
  const line = packages.find((candidate) => candidate.id === id);
  if (!line) throw notFound(id);
  if (line.status === 'ORDER_ITEM_STATUS_CANCELLED')
    throw stateConflict('illegal_state', 'This package is cancelled and can not be changed. Please add it again.');
  return line;
}

function requireChosen({ items }: Aggregate, line: OrderPackageRow, id: string): OrderItemRow {
  const item = items.find((candidate) => candidate.id === id && candidate.packageLineId === line.id);
  if (!item) throw notFound(id);
  return item;
}
