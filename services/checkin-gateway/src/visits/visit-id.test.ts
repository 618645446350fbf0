import { expect, test } from 'vitest';
import { visitIdOf } from './visit-id.ts';

test('a tap that is replayed finds its visit again, and no other tap does', () => {
  expect(visitIdOf('door', 'event-1')).toBe(visitIdOf('door', 'event-1'));
  expect(visitIdOf('door', 'event-1')).toMatch(/^[0-9a-f]{24}$/);
  expect(visitIdOf('door', 'event-2')).not.toBe(visitIdOf('door', 'event-1'));
  expect(visitIdOf('gate', 'event-1')).not.toBe(visitIdOf('door', 'event-1'));
});
