import type {
  DecideTapRequest,
  ReaderServiceService,
  RecordPassageRequest,
  ReplayTapsRequest,
} from '@lido/proto/lido/checkin/v1/reader.ts';
import { invalid, Refusal } from '@lido/runtime/errors/refusal.ts';
import type { Call, Handlers } from '@lido/runtime/grpc/call.ts';
import { formatInstant, parseInstant } from '@lido/runtime/time/zone.ts';
import { hasTap } from '../visits/tap.repository.ts';
import type { TapDecider } from '../visits/tap.handlers.ts';
import type { TapDeciderOptions } from '../visits/tap-case.repository.ts';
import { decideDry } from './dry-run.handlers.ts';
import type { FloodGuard } from './flood-guard.job.ts';
import { clockSkewOf, journalEntry, liveTap, toReplayResult, toTapDecision } from './http-tap.ts';
import { ownDevice } from './own-device.repository.ts';
import type { ReaderStatus } from './reader-status.repository.ts';

/** What the rpcs of readers that speak HTTP need besides their call. */
export interface ReaderHttpOptions {
  readonly taps: TapDecider;
  readonly deciding: TapDeciderOptions;
  readonly floods: FloodGuard;
  readonly status: ReaderStatus;
}

type ReaderHttpHandlers = Pick<Handlers<typeof ReaderServiceService>, 'decideTap' | 'replayTaps' | 'recordPassage'>;

/** The rpcs of readers that speak HTTP. */
export function readerHttpHandlers(options: ReaderHttpOptions): ReaderHttpHandlers {
  return {
    decideTap: (request, call) => decideTap(request, call, options),
    replayTaps: (request, call) => replayTaps(request, call, options),
    recordPassage: (request, call) => recordPassage(request, call, options),
  };
}

async function decideTap(request: DecideTapRequest, call: Call, options: ReaderHttpOptions) {
  const device = await ownDevice(request.id, call);
  if (!options.floods.admitsTap(device.id)) throw tooManyTaps();
  const receivedAt = new Date(call.clock.nowMs());
  const tap = liveTap(request, receivedAt);
  if (request.dryRun === true) return toTapDecision(await decideDry(tap, device, options.deciding));
  options.status.heard(device.id, clockSkewOf(request, receivedAt));
  return toTapDecision(await options.taps.decide(tap, device));
}

async function replayTaps({ id, taps: lines }: ReplayTapsRequest, call: Call, options: ReaderHttpOptions) {
  const device = await ownDevice(id, call);
  if (!options.floods.admitsTap(device.id)) throw tooManyTaps();
  const receivedAt = new Date(call.clock.nowMs());
  options.status.heard(device.id);
  const results = await options.taps.replay(lines.map((line) => journalEntry(device.id, line, receivedAt)));
  return { results: results.map(toReplayResult) };
}

async function recordPassage(request: RecordPassageRequest, call: Call, { taps, status }: ReaderHttpOptions) {
  const device = await ownDevice(request.id, call);
  const { eventId, passed } = request;
  if (!(await hasTap(call.em, device.id, eventId))) {
    throw invalid({ event_id: [`This device has sent no tap ${eventId}.`] });
  }
  const at = new Date(parseInstant(request.at ?? '') ?? call.clock.nowMs());
  await taps.recordPassage({ deviceId: device.id, eventId, passed, at });
  status.heard(device.id);
  return { eventId, passed, at: formatInstant(at.getTime(), 'UTC') };
}

function tooManyTaps(): Refusal {
  return new Refusal('exhausted', 'too_many_taps', 'This device sends more taps than anybody can make.');
}
