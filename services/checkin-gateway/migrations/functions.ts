import { functionMigration } from '@lido/runtime/db/function-migration.ts';
import { holderFunctions } from './holder-functions.ts';
import { visitFunctions } from './visit-functions.ts';

/** The functions in SQL that a tap's decision reads by. */
export const functions = functionMigration([holderFunctions, visitFunctions].join('\n'));
