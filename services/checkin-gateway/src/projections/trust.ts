import type { OfflinePolicy } from '@lido/proto/lido/checkin/v1/device.ts';

/** The services whose events tell the doors who may come in. */
export const factSources = ['customers', 'memberships', 'orders'] as const;

export type FactSource = (typeof factSources)[number];

/** Whether doors decide by what is named so. */
export function isFactSource(name: string): name is FactSource {
  return (factSources as readonly string[]).includes(name);
}

/** How long ago each source's facts were complete, in milliseconds; undefined for one that was never filled from its owner. */
export type Ages = Readonly<Record<FactSource, number | undefined>>;

export interface AgeLimits {
  /** Facts are as good as live for this long: heartbeats come every second. */
  readonly freshMs: number;
  /** Facts decide up to this age. */
  readonly maxAgeMs: number;
}

/** The sources that can not know any more, or never did: their owners have to be asked. */
export function sourcesToAsk(ages: Ages, { maxAgeMs }: AgeLimits): FactSource[] {
  return factSources.filter((source) => (ages[source] ?? Infinity) > maxAgeMs);
}

/**
 * The age of the oldest facts that a decision rests on, in milliseconds; undefined while they are fresh. Sources whose
 * owners have answered are not rested on.
 */
export function ageToTell(ages: Ages, answered: readonly FactSource[], { freshMs }: AgeLimits): number | undefined {
  const used = factSources.filter((source) => !answered.includes(source)).flatMap((source) => ages[source] ?? []);
  const oldest = Math.max(...used);
  return oldest > freshMs ? oldest : undefined;
}

/**
 * How facts let somebody in: by the rules; by the rules of which only a yes counts, because facts are missing; or anybody
 * who is known, because the operator wants it so while nothing can be known.
 */
export type Admission = 'by_rules' | 'only_certain' | 'anybody_known';

/** What a decision may rest on where some owners had to be asked and did not answer. */
export interface Footing {
  readonly admission: Admission;
  /** The sources whose last state must not count. */
  readonly ignored: readonly FactSource[];
}

/**
 * What a device's offline policy makes of owners that did not answer. Bans and media are the customers' facts: without
 * them nothing is certain.
 */
export function footingOf(unanswered: readonly FactSource[], policy: OfflinePolicy): Footing {
  if (unanswered.length === 0) return { admission: 'by_rules', ignored: [] };
  switch (policy) {
    case 'OFFLINE_POLICY_WHITELIST':
      return { admission: 'by_rules', ignored: [] };
    case 'OFFLINE_POLICY_FACILITY_OPEN':
      return { admission: 'anybody_known', ignored: [] };
    case 'OFFLINE_POLICY_DENY':
    case 'OFFLINE_POLICY_UNSPECIFIED':
      return { admission: 'only_certain', ignored: unanswered.includes('customers') ? factSources : unanswered };
  }
}
