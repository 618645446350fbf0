import { createHash } from 'node:crypto';
import { Migration } from '@mikro-orm/migrations';
import { bookingFunctions } from './booking-functions.ts';
import { claimFunctions } from './claim-functions.ts';
import { placeFunctions } from './place-functions.ts';
import { sessionFunctions } from './session-functions.ts';

const text = [claimFunctions, placeFunctions, bookingFunctions, sessionFunctions].join('\n');
/**
 * All of them touch a few rows by their keys. PostgreSQL keeps a statement's plan for as long as a connection lives, and one that was made
 * while the tables were still small would read them from end to end for ever. Left to itself it would also plan most of them anew in each
 * call, because it then knows how long the arrays are: that was a quarter and more of what the database did for a hold.
 */
const byKeysOnly = text.replaceAll(
  'language plpgsql as',
  'language plpgsql set enable_seqscan = off set plan_cache_mode = force_generic_plan as',
);

const namesOf = (kind: 'function' | 'type'): string[] =>
  [...text.matchAll(new RegExp(`create ${kind} (\\w+)`, 'g'))].map(([, name = '']) => name);

const dropFunctions = `do $$ declare known regprocedure; begin
  for known in select oid::regprocedure from pg_proc
    where pronamespace = current_schema()::regnamespace and proname = any ('{${namesOf('function').join(',')}}')
  loop execute 'drop function if exists ' || known || ' cascade'; end loop;
end $$`;

/** Replaces the functions in SQL by what their files say. */
class Functions extends Migration {
  override up(): void {
    this.addSql(dropFunctions);
    for (const name of namesOf('type')) this.addSql(`drop type if exists ${name} cascade`);
    this.addSql(byKeysOnly);
  }
}

/** Functions have no data to keep, so theirs is a migration that runs again whenever their text has changed. */
export const functions = {
  name: `functions-${createHash('sha256').update(byKeysOnly).digest('hex').slice(0, 16)}`,
  class: Functions,
};
