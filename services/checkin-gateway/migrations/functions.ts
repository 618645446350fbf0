import { functionMigration } from '@lido/runtime/db/function-migration.ts';
import { holderFunctions } from './holder-functions.ts';
import { tapFunctions } from './tap-functions.ts';
import { visitFunctions } from './visit-functions.ts';

/** The functions in SQL that taps are heard, decided and kept by. */
export const functions = functionMigration([holderFunctions, visitFunctions, tapFunctions].join('\n'));
