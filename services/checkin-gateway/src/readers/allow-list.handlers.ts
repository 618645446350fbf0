import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReaderServiceService } from '@lido/proto/lido/checkin/v1/reader.ts';
import { Refusal, unavailable } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import type { DeviceRow } from '../devices/device.entity.ts';
import { ageToTell, sourcesToAsk } from '../projections/trust.ts';
import type { FactsOptions } from '../visits/facts.repository.ts';
import { findPolicy } from '../visits/policy.repository.ts';
import { doorSiteOf } from '../visits/door-site.ts';
import {
  type AllowListInput,
  allowListPayload,
  type Candidate,
  endOf,
  entriesUnder,
  type Entry,
  isOpenForAll,
} from './allow-list.ts';
import { findCandidates } from './allow-list.repository.ts';
import { ownDevice } from './own-device.repository.ts';
import type { ReaderStatus } from './reader-status.repository.ts';
import type { SigningKey } from './signing-key.ts';

/** What the rpcs of allow-lists need besides their call. */
export interface AllowListOptions extends Pick<FactsOptions, 'sources' | 'limits'> {
  readonly sites: Sites;
  readonly status: Pick<ReaderStatus, 'heard'>;
  /** The key of this installation; asked for once. */
  readonly signingKey: () => Promise<SigningKey>;
}

type AllowListHandlers = Pick<Handlers<typeof ReaderServiceService>, 'getAllowList' | 'getAllowListKey'>;

const candidatesPerTurn = 200;

/** The text of a list; taps are decided between its parts, however many cards a site has. */
export async function writeInTurns(candidates: readonly Candidate[], input: AllowListInput): Promise<string> {
  const entriesOf = entriesUnder(input);
  const entries: Entry[] = [];
  for (let at = 0; at < candidates.length; at += candidatesPerTurn) {
    entries.push(...candidates.slice(at, at + candidatesPerTurn).flatMap(entriesOf));
    await nextTurn();
  }
  return allowListPayload(entries, input);
}

/**
 * Until when the facts were complete that a list rests on, where they are no longer fresh. Facts that are too old to decide at a door are
 * signed for no day more: the reader keeps the list it has, which ends by itself.
 */
function asOfMsOf(device: DeviceRow, nowMs: number, { sources, limits }: AllowListOptions): number | undefined {
  const ages = sources.ages();
  if (isOpenForAll(device)) return undefined;
  if (sourcesToAsk(ages, limits).length > 0) {
    throw unavailable(
      'What is known here is too old for a new list. Please keep the last one until its entries end, and try again.',
    );
  }
  const ageMs = ageToTell(ages, [], limits);
  return ageMs === undefined ? undefined : Math.floor(nowMs - ageMs);
}

/** The rpcs of signed allow-lists. */
export function allowListHandlers(options: AllowListOptions): AllowListHandlers {
  const { sites, status, signingKey } = options;
  return {
    getAllowList: async ({ id }, call) => {
      const device = await ownDevice(id, call);
      status.heard(device.id);
      if (!device.enabled) throw new Refusal('forbidden', 'device_not_allowed', 'This device is not enabled.');
      const site = await sites.find(call.em, device.siteId, call);
      if (!site) throw unavailable('The site of this device is not known yet. Please try again.');
      const [nowMs, policy] = [call.clock.nowMs(), await findPolicy(call.em, site.id)];
      const asOfMs = asOfMsOf(device, nowMs, options);
      const input = { device, site: doorSiteOf(site.id, site), policy, nowMs, asOfMs };
      const { staffCustomerIds } = policy;
      const question = { fromMs: nowMs, untilMs: endOf(input), staffCustomerIds };
      const candidates = isOpenForAll(device) ? [] : await findCandidates(call.em, device, question);
      const payload = await writeInTurns(candidates, input);
      const key = await signingKey();
      return { payload, signature: key.sign(payload).toString('base64'), keyId: key.keyId };
    },
    getAllowListKey: async () => {
      const { keyId, publicKey, publicKeyPem } = await signingKey();
      return { keyId, algorithm: 'Ed25519', publicKey: publicKey.toString('base64'), publicKeyPem };
    },
  };
}
