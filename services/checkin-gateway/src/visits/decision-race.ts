/** Settles once whether a decision was in time: either its transaction may commit or the deadline has answered for it. */
export interface DecisionRace {
  /** Called last before the commit. False means too late: roll back. Repeating it after success is harmless. */
  claim(): boolean;
  /** Called at the deadline. False means that a commit is under way and its answer counts. */
  expire(): boolean;
  /** Whether the deadline has answered. */
  isLost(): boolean;
}

/** A race that nobody has won yet. */
export function startRace(): DecisionRace {
  let winner: 'decision' | 'deadline' | undefined;
  const win = (by: 'decision' | 'deadline') => (): boolean => {
    winner ??= by;
    return winner === by;
  };
  return { claim: win('decision'), expire: win('deadline'), isLost: () => winner === 'deadline' };
}
