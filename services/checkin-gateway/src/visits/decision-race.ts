/** Settles once whether a decision was in time: it is committed, or the deadline has answered for it. */
export interface DecisionRace {
  /** Called when all is committed. False means too late: nobody may be let in by it. */
  claim(): boolean;
  /** Called at the deadline. */
  expire(): void;
  /** Whether whatever is still to be done would come too late. */
  isLost(): boolean;
}

/** A race that nobody has won yet. A timer may come late, so the clock is asked as well. */
export function startRace(limitMs: number, nowMs: () => number): DecisionRace {
  const untilMs = nowMs() + limitMs;
  let winner: 'decision' | 'deadline' | undefined;
  return {
    claim: () => {
      winner ??= nowMs() < untilMs ? 'decision' : 'deadline';
      return winner === 'decision';
    },
    expire: () => {
      winner ??= 'deadline';
    },
    isLost: () => winner === 'deadline' || nowMs() >= untilMs,
  };
}
