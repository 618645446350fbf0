import { describe, expect, test } from 'vitest';
import type { Decision } from '../visits/decision.ts';
import type { G7Frame } from './g7-frame.ts';
import {
  answerTap,
  type G7Effect,
  type G7Session,
  type G7Step,
  openSession,
  receiveFrame,
  switchOff,
  switchOn,
} from './g7-session.ts';

const settings = { serialNumber: 'SN-1', heartbeatSeconds: 10 };

const granted: Decision = {
  eventId: 'event-1',
  outcome: 'granted',
  reason: 'granted',
  action: 'check_in',
  displayText: 'Welcome',
  unlockMs: 3_000,
  relays: [{ id: 2, onTimeMs: 3_000 }],
  checkInId: 'visit-1',
  flags: [],
  asOf: null,
  decidedInMs: 5,
};
const denied: Decision = {
  ...granted,
  outcome: 'denied',
  reason: 'no_entitlement',
  displayText: 'No booking found',
  relays: [],
};

const event = (cmd: string, data: Record<string, unknown>): G7Frame => ({ cmd, mt: 'Evt', data });
const card = (uid: string): G7Frame => event('App.CardIdent', { UID: uid });
const sent = (effects: readonly G7Effect[]): G7Frame[] =>
  effects.flatMap((effect) => (effect.do === 'send' ? [effect.frame] : []));

/** Answers the last request of a step as a device would. */
function reply(step: G7Step, state: number, data: Record<string, unknown> = {}, nowMs = 0): G7Step {
  const asked = sent(step.effects).at(-1);
  return receiveFrame(step.session, { cmd: asked?.cmd ?? '', mt: 'Rsp', tid: asked?.tid ?? -1, state, data }, nowMs);
}

function startUp(relaysOn: number[] = []): G7Step {
  const identified = reply(openSession(settings, relaysOn), 0, { SerialNumber: 'SN-1' });
  return reply(reply(reply(identified, 0), 0), 0);
}

function ready(): G7Session {
  return startUp().session;
}

describe('starting up', () => {
  test('asks who the device is, registers one namespace at a time and takes the decisions over', () => {
    const opened = openSession(settings, []);
    const identified = reply(opened, 0, { SerialNumber: 'SN-1' });
    const cards = reply(identified, 0);
    const inputs = reply(cards, 0);
    expect(
      [opened, identified, cards, inputs].flatMap(({ effects }) => sent(effects)).map(({ cmd, data }) => [cmd, data]),
    ).toEqual([
      ['GetDeviceInfo', {}],
      ['RegisterEvent', { Event: 'App.*' }],
      ['RegisterEvent', { Event: 'IO.*' }],
      ['System.SetHostInfo', { OnlineDecision: true, Info: 'Lido' }],
    ]);
    expect(reply(inputs, 0).effects).toEqual([{ do: 'note_ready' }]);
  });

  test('refuses a device with another serial number, and then hears nothing of it', () => {
    const refused = reply(openSession(settings, []), 0, { SerialNumber: 'SN-2' });
    expect(refused.effects).toMatchObject([{ do: 'refuse' }]);
    expect(receiveFrame(refused.session, card('04A2B3C4'), 0).effects).toEqual([]);
  });

  test('refuses a device that lets another host decide', () => {
    const identified = reply(openSession(settings, []), 0, { SerialNumber: 'SN-1' });
    expect(reply(reply(reply(identified, 0), 0), 1).effects).toMatchObject([{ do: 'refuse' }]);
  });

  test('goes on with a terminal that has no inputs of its own', () => {
    const identified = reply(openSession(settings, []), 0, { SerialNumber: 'SN-1' });
    expect(sent(reply(reply(identified, 0), 1).effects)[0]?.cmd).toBe('System.SetHostInfo');
  });

  test('decides no tap before it is over', () => {
    expect(receiveFrame(openSession(settings, []).session, card('04A2B3C4'), 0).effects).toEqual([]);
  });

  test('switches off the relays that an earlier connection left on', () => {
    expect(sent(startUp([2, 5]).effects).map(({ cmd, data }) => [cmd, data])).toEqual([
      ['IO.SetRelayState', { Id: 2, State: 0 }],
      ['IO.SetRelayState', { Id: 5, State: 0 }],
    ]);
  });
});

test('a heartbeat is answered with the interval under its own number', () => {
  const step = receiveFrame(ready(), { cmd: 'Heartbeat', mt: 'Req', tid: 9, data: {} }, 0);
  expect(step.effects).toEqual([
    { do: 'send', frame: { cmd: 'Heartbeat', mt: 'Rsp', tid: 9, state: 0, data: { HBI: 10, RT: 1 } } },
    { do: 'note_alive' },
  ]);
});

test('a request of the device that we do not know is refused', () => {
  const step = receiveFrame(ready(), { cmd: 'System.Dance', mt: 'Req', tid: 9, data: {} }, 0);
  expect(sent(step.effects)).toEqual([{ cmd: 'System.Dance', mt: 'Rsp', tid: 9, state: 1, data: {} }]);
});

describe('a scan', () => {
  const scansOf = (...frames: [G7Frame, number][]): unknown[] => {
    let session = ready();
    return frames.flatMap(([frame, atMs]) => {
      const step = receiveFrame(session, frame, atMs);
      session = step.session;
      return step.effects.flatMap((effect) => (effect.do === 'decide' ? [effect.scan.raw] : []));
    });
  };
  const barcode = event('IO.BarcodeRead', { Barcode: 'A1', ReaderId: 1 });
  const tag = event('IO.TagInReader', { UID: 'FFFF', ReaderId: 1 });

  test.each([
    ['of a card', card('04A2B3C4'), '04A2B3C4'],
    ['of a barcode', barcode, 'A1'],
    ['of a numeric barcode', event('IO.BarcodeRead', { Barcode: 1234 }), '1234'],
    ['without a number is an invalid read', event('App.CardIdent', {}), ''],
    ['with a number of no known form is an invalid read', event('App.CardIdent', { UID: ['04'] }), ''],
  ])('%s is decided', (_, frame, raw) => {
    expect(scansOf([frame, 0])).toEqual([raw]);
  });

  test('that is told under two names within 600 ms is one, in either order', () => {
    expect(scansOf([barcode, 0], [tag, 600])).toEqual(['A1']);
    expect(scansOf([tag, 0], [barcode, 600])).toEqual(['FFFF']);
    expect(scansOf([barcode, 0], [tag, 601])).toEqual(['A1', 'FFFF']);
  });

  test('at another reader of the device is another scan', () => {
    expect(scansOf([barcode, 0], [event('IO.TagInReader', { UID: 'FFFF', ReaderId: 2 }), 100])).toEqual(['A1', 'FFFF']);
  });

  test('of another card is another scan, however soon', () => {
    expect(scansOf([card('AA'), 0], [card('BB'), 1], [tag, 2])).toEqual(['AA', 'BB', 'FFFF']);
  });

  test('of an unknown kind is passed over', () => {
    expect(scansOf([event('App.FaceSeen', { Face: 1 }), 0])).toEqual([]);
  });
});

describe('a decision', () => {
  test('to let in starts the unlock process', () => {
    expect(sent(answerTap(ready(), granted, 0).effects)).toMatchObject([
      {
        cmd: 'App.StartUnlockProcess',
        data: { DisplayText: 'Welcome', UnlockingTime_ms: 3_000, Relays: [{ Id: 2, OnTime_ms: 3_000 }] },
      },
    ]);
  });

  test('to deny starts the deny process', () => {
    expect(sent(answerTap(ready(), denied, 0).effects)).toMatchObject([
      { cmd: 'App.StartDenyProcess', data: { DisplayText: 'No booking found', Timeout_ms: 3_000 } },
    ]);
  });
});

describe('firmware without an unlock process', () => {
  const refusedUnlock = (session = ready()): G7Step => reply(answerTap(session, granted, 0), 1);
  const order = { relay: { id: 2, onTimeMs: 3_000 }, askedMs: 0 };
  const opened = (): G7Session => switchOn(refusedUnlock().session, order, 0).session;

  test('has its relays written down as on, and then switched on by hand and later off again', () => {
    const asked = refusedUnlock();
    expect(asked.effects).toEqual([
      { do: 'note_relays_on', relayIds: [2] },
      { do: 'switch_on', order },
    ]);
    expect(switchOn(asked.session, order, 0).effects).toMatchObject([
      { do: 'send', frame: { cmd: 'IO.SetRelayState', data: { Id: 2, State: 1 } } },
      { do: 'switch_off_later', relay: { id: 2, onTimeMs: 3_000 } },
    ]);
  });

  test('opens nothing where writing that down takes longer than the deadline', () => {
    expect(switchOn(refusedUnlock().session, order, 1_501).effects).toMatchObject([
      { do: 'switch_off_later', relay: { id: 2, onTimeMs: 0 } },
    ]);
  });

  test('has a relay count as on where an earlier off order is answered after it was switched on again', () => {
    const off = switchOff(opened(), 2);
    const again = switchOn(refusedUnlock(off.session).session, order, 0);
    expect(reply({ ...off, session: again.session }, 0)).toEqual({ session: again.session, effects: [] });
    expect(reply(switchOff(again.session, 2), 0).session.relaysOn).toEqual([]);
  });

  test('has a relay written down again where an off order was answered before it was switched on', () => {
    const asked = refusedUnlock(opened());
    const confirmed = reply(switchOff(asked.session, 2), 0);
    const again = switchOn(confirmed.session, order, 0);
    expect(again.effects).toEqual(asked.effects);
    expect(sent(switchOn(again.session, order, 0).effects)).toMatchObject([{ data: { Id: 2, State: 1 } }]);
  });

  test('counts as on until the device confirms that it is off', () => {
    const off = switchOff(refusedUnlock().session, 2);
    expect(sent(off.effects)).toMatchObject([{ cmd: 'IO.SetRelayState', data: { Id: 2, State: 0 } }]);
    expect(reply(off, 1).session.relaysOn).toEqual([2]);
    expect(reply(off, 0).effects).toEqual([{ do: 'note_relay_off', relayId: 2 }]);
  });
});

test.each([
  [1_500, 1],
  [1_501, 0],
])('relays are switched on by hand for an answer within the deadline only: after %i ms', (nowMs, orders) => {
  const answered = reply(answerTap(ready(), granted, 0), 1, {}, nowMs);
  expect(answered.effects.filter(({ do: what }) => what === 'switch_on')).toHaveLength(orders);
});

describe('feedback', () => {
  const feedback = (value: unknown): G7Frame => event('App.UnlockProcessResult', { Feedback: value });

  test.each([true, false])('%s is noted for the tap that was let in, once', (passed) => {
    const step = receiveFrame(answerTap(ready(), granted, 0).session, feedback(passed), 0);
    expect(step.effects).toEqual([{ do: 'note_passage', eventId: 'event-1', passed }]);
    expect(receiveFrame(step.session, feedback(passed), 0).effects).toEqual([]);
  });

  test('of no known form is passed over', () => {
    expect(receiveFrame(answerTap(ready(), granted, 0).session, feedback('perhaps'), 0).effects).toEqual([]);
  });
});

test('a device that answers nothing does not fill the memory', () => {
  let session = ready();
  for (let count = 0; count < 1_000; count++) session = answerTap(session, denied, 0).session;
  expect(session.pending.size).toBeLessThanOrEqual(64);
});
