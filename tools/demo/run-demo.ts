import {
  connectReader,
  type SimulatedDecision,
  type SimulatedReader,
} from '../../services/checkin-gateway/simulator/reader.ts';
import { checkOut, fillBasket, findSlot } from './book.ts';
import { beginStory, type LocalFacts, type Story } from './story.ts';

interface CheckIn {
  id: string;
  customer: { full_name: string };
  method: { name: string };
  checked_in_at: string;
}

const offering = 'Swedish massage';
/** What a door shows whoever comes outside of the opening hours. */
const closedText = 'Outside your hours';

/** The main job, from "when is it free?" to the tap at the door. Throws where the system does not do as it should. */
export async function runDemo(local: LocalFacts, tell: (line: string) => void): Promise<void> {
  const story = beginStory(local, tell);
  tell('1. A guest looks for a massage');
  const offerings = await story.guest.get<{ name: string }[]>(`/shop/shop/offerings?site_id=${local.site}`);
  tell(`  The shop lists ${offerings.length} offerings.`);
  const slot = await findSlot(story, offering);

  tell('2. She puts it into a basket, which holds the time');
  const basket = await fillBasket(story, offering, slot);
  const held = basket.items[0]?.booking_summary.practitioners[0];
  tell(`  Held: ${held?.name ?? 'nobody'} at ${slot.start_time}.`);
  await showRefusal(story, slot, held?.id ?? '');

  tell('3. She checks out');
  const order = await checkOut(story, basket);

  tell('4. A member comes to the door');
  await showDoor(story);

  tell(`Done. Order ${order.order_ref} is in the API; its page is ${local.baseUrl}/docs`);
}

async function showRefusal(
  story: Story,
  slot: Parameters<typeof fillBasket>[2],
  practitionerId: string,
): Promise<void> {
  try {
    await fillBasket(story, offering, slot, practitionerId);
  } catch (error) {
    const text = error instanceof Error ? error.message : '';
    if (!text.includes('answered 409')) throw error;
    story.tell('  Somebody else asks for the same therapist at that time: 409, already taken.');
    return;
  }
  throw new Error('The same therapist was given away twice.');
}

async function showDoor({ local, staff, tell }: Story): Promise<void> {
  const { token, serial } = local.devices['entrance'] ?? { token: '', serial: '' };
  const reader = await connectReader({ url: local.readersUrl, token, serial });
  try {
    const member = await tap(reader, 'Maya, a member,', local.wearables['member'] ?? '', tell);
    await tap(reader, 'A stranger', '04FFFFFFFFFFFF', tell);
    if (member.displayText === closedText) return tell('  The spa is closed at this hour, and so is its door.');
  } finally {
    await reader.close();
  }
  const checkIns = await staff.get<CheckIn[]>(`/customers/check-ins?customer_id=${local.customers['member']}`);
  const [latest] = checkIns;
  if (!latest) throw new Error('The member was let in, but there is no check-in.');
  tell(`  The API lists it: ${latest.customer.full_name}, ${latest.method.name}, ${latest.checked_in_at}.`);
}

async function tap(
  reader: SimulatedReader,
  who: string,
  uid: string,
  tell: (line: string) => void,
): Promise<SimulatedDecision> {
  const decision = await reader.tap({ uid });
  const { outcome, displayText, ms } = decision;
  tell(`  ${who} taps: ${outcome} in ${ms.toFixed(0)} ms, the display says "${displayText}".`);
  return decision;
}
