import { createHash } from 'node:crypto';
import { Migration } from '@mikro-orm/migrations';

/**
 * The migration that makes a service's functions in SQL what their text says. They have no data to keep, so that it runs again
 * whenever the text has changed. Types and functions that another one mentions come before it.
 */
export function functionMigration(text: string): { name: string; class: new (...args: never[]) => Migration } {
  const sql = byKeysOnly(text);
  class Functions extends Migration {
    override up(): void {
      this.addSql(dropFunctions(namesOf('function', text)));
      for (const name of namesOf('type', text)) this.addSql(`drop type if exists ${name} cascade`);
      this.addSql(sql);
    }
  }
  return { name: `functions-${createHash('sha256').update(sql).digest('hex').slice(0, 16)}`, class: Functions };
}

/**
 * All of them touch a few rows by their keys. PostgreSQL keeps a statement's plan for as long as a connection lives, and one that was made
 * while the tables were still small would read them, or a whole index of them, from end to end for ever. Left to itself it would also plan
 * most of them anew in each call, because it then knows how long the arrays are: that was a quarter and more of what the database did for
 * a hold.
 */
function byKeysOnly(text: string): string {
  const settings = [
    ...['seqscan', 'hashjoin', 'mergejoin', 'material'].map((way) => `set enable_${way} = off`),
    'set plan_cache_mode = force_generic_plan',
  ];
  return text.replaceAll('language plpgsql as', `language plpgsql ${settings.join(' ')} as`);
}

function namesOf(kind: 'function' | 'type', text: string): string[] {
  return [...text.matchAll(new RegExp(`create ${kind} (\\w+)`, 'g'))].map(([, name = '']) => name);
}

const dropFunctions = (names: readonly string[]): string => `do $$ declare known regprocedure; begin
  for known in select oid::regprocedure from pg_proc
    where pronamespace = current_schema()::regnamespace and proname = any ('{${names.join(',')}}')
  loop execute 'drop function if exists ' || known || ' cascade'; end loop;
end $$`;
