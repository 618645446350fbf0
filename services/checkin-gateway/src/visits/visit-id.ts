import { createHash } from 'node:crypto';

/** The id of the visit that a tap begins: 24 hexadecimal characters made of the tap's own, so that a replayed tap finds its visit again. */
export function visitIdOf(deviceId: string, eventId: string): string {
  return createHash('sha256').update(`visit ${deviceId} ${eventId}`).digest('hex').slice(0, 24);
}
