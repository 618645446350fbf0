import type { RawMedium } from './media.ts';

/** What every adapter makes of a reader's report; nothing above the adapters knows how it looked on the wire. */
export interface Tap {
  /** Made by the device where it numbers its events, otherwise by the gateway on receipt. */
  readonly eventId: string;
  readonly deviceId: string;
  /** Which of a device's readers, where it has several. */
  readonly readerRef: string | null;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
  readonly clockSource: 'device' | 'gateway';
  readonly origin: 'live' | 'replay';
  readonly medium: RawMedium;
}

/** Whether somebody really went through the door after a decision. */
export interface Passage {
  readonly deviceId: string;
  readonly eventId: string;
  readonly passed: boolean;
  readonly at: Date;
}
