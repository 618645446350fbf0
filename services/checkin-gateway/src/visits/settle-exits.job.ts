import type { JournalEntry } from './journal.ts';
import { findUnsettled } from './journal.repository.ts';
import { settleStored } from './replay.handlers.ts';
import type { TapDeciderOptions } from './tap-case.repository.ts';

const batchMax = 100;

/**
 * Takes in the exits that opened although nothing could be decided in time, as if their devices had told of them: whoever left has
 * left. Answers how many; one that can not be taken now is tried again.
 */
export async function settleExits(options: TapDeciderOptions): Promise<number> {
  const { db, onCommit } = options.parts;
  let settled = 0;
  for (const { medium, ...tap } of await findUnsettled(db.fork(), batchMax)) {
    const raw = { kind: medium.kind, raw: medium.value ?? '' };
    const entry: JournalEntry = { tap: { ...tap, medium: raw }, deviceDecision: 'granted' };
    const read = medium.value === null ? undefined : { ...raw, value: medium.value };
    if (await settleStored(entry, read, options)) settled += 1;
  }
  if (settled > 0) onCommit();
  return settled;
}
