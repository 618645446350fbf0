import { parseArgs } from 'node:util';
import { Sentence } from '../../tools/local/sentence.ts';

export interface BenchOptions {
  /** Where all rows are written as JSON. */
  readonly json: string | undefined;
  /** Whether a missed bar makes the run fail. */
  readonly strict: boolean;
  /** The names of the measurements to take; all when empty. */
  readonly only: readonly string[];
}

const usage = 'npm run bench -- [--json FILE] [--strict] [--only NAME,...]';

/** Reads the command line; `names` are the measurements there are. */
export function readOptions(args: readonly string[], names: readonly string[]): BenchOptions {
  const values = parse(args);
  const only = (values.only ?? []).flatMap((list) => list.split(',')).filter((name) => name !== '');
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Sentence(`There is no measurement ${unknown}; --only takes some of: ${names.join(', ')}.`);
  }
  return { json: values.json, strict: values.strict ?? false, only };
}

function parse(args: readonly string[]): { json?: string; strict?: boolean; only?: string[] } {
  try {
    return parseArgs({
      args: [...args],
      options: { json: { type: 'string' }, strict: { type: 'boolean' }, only: { type: 'string', multiple: true } },
    }).values;
  } catch (error) {
    throw new Sentence(`${error instanceof Error ? error.message : String(error)}\nUse: ${usage}`);
  }
}
