import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReaderServiceService } from '@lido/proto/lido/checkin/v1/reader.ts';
import { Refusal, unavailable } from '@lido/runtime/errors/refusal.ts';
import type { Handlers } from '@lido/runtime/grpc/call.ts';
import type { Sites } from '@lido/runtime/tenancy/sites.repository.ts';
import { findPolicy } from '../visits/policy.repository.ts';
import { doorSiteOf } from '../visits/door-site.ts';
import {
  type AllowListInput,
  allowListPayload,
  type Candidate,
  endOf,
  entriesUnder,
  type Entry,
} from './allow-list.ts';
import { findCandidates } from './allow-list.repository.ts';
import { ownDevice } from './own-device.repository.ts';
import type { ReaderStatus } from './reader-status.repository.ts';
import type { SigningKey } from './signing-key.ts';

/** What the rpcs of allow-lists need besides their call. */
export interface AllowListOptions {
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

/** The rpcs of signed allow-lists. */
export function allowListHandlers({ sites, status, signingKey }: AllowListOptions): AllowListHandlers {
  return {
    getAllowList: async ({ id }, call) => {
      const device = await ownDevice(id, call);
      status.heard(device.id);
      if (!device.enabled) throw new Refusal('forbidden', 'device_not_allowed', 'This device is not enabled.');
      const site = await sites.find(call.em, device.siteId, call);
      if (!site) throw unavailable('The site of this device is not known yet. Please try again.');
      const [nowMs, policy] = [call.clock.nowMs(), await findPolicy(call.em, site.id)];
      const input = { device, site: doorSiteOf(site.id, site), policy, nowMs };
      const { staffCustomerIds } = policy;
      const question = { fromMs: nowMs, untilMs: endOf(input), staffCustomerIds };
      const candidates = await findCandidates(call.em, device, question);
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
