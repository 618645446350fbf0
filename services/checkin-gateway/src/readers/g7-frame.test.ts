import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFrame, request, response, writeFrame } from './g7-frame.ts';

describe('parseFrame', () => {
  test('reads a card event', () => {
    const text = '{"Cmd":"App.CardIdent","MT":"Evt","Data":{"UID":"04A2B3C4","Segments":[]}}';
    expect(parseFrame(text)).toEqual({ cmd: 'App.CardIdent', mt: 'Evt', data: { UID: '04A2B3C4', Segments: [] } });
  });

  test('keeps a message type of a later firmware and leaves unknown keys out', () => {
    expect(parseFrame('{"Cmd":"X","MT":"Ntf","GID":4,"Colour":"red"}')).toEqual({ cmd: 'X', mt: 'Ntf', data: {} });
  });

  test.each([
    ['no JSON', '{"Cmd":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no command', '{"MT":"Req"}'],
    ['no type', '{"Cmd":"Heartbeat"}'],
    ['a command that is no name', '{"Cmd":"a b","MT":"Req"}'],
    ['a transaction that is no integer', '{"Cmd":"X","MT":"Rsp","TID":"1"}'],
    ['a state that is no integer', '{"Cmd":"X","MT":"Rsp","State":0.5}'],
    ['data that is no object', '{"Cmd":"X","MT":"Evt","Data":[1]}'],
  ])('takes %s for garbage', (_, text) => {
    expect(parseFrame(text)).toBeUndefined();
  });

  test('never throws, whatever text arrives', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof parseFrame(text) !== 'string'));
  });
});

test('what is written can be read', () => {
  const frames = fc.record({
    cmd: fc.constantFrom('Heartbeat', 'App.StartUnlockProcess'),
    tid: fc.nat(),
    data: fc.dictionary(fc.constantFrom('Id', 'State', 'DisplayText'), fc.oneof(fc.nat(), fc.string())),
  });
  fc.assert(
    fc.property(frames, ({ cmd, tid, data }) => {
      const frame = request(cmd, tid, { ...data });
      expect(parseFrame(writeFrame(frame))).toEqual({ ...frame, data: { ...data } });
    }),
  );
});

test('an answer carries the number of its request', () => {
  expect(writeFrame(response(request('Heartbeat', 7), 0, { HBI: 10 }))).toBe(
    '{"Cmd":"Heartbeat","MT":"Rsp","TID":7,"State":0,"Data":{"HBI":10}}',
  );
});
