import { functionMigration } from '@lido/runtime/db/function-migration.ts';
import { bookingFunctions } from './booking-functions.ts';
import { claimFunctions } from './claim-functions.ts';
import { placeFunctions } from './place-functions.ts';
import { sessionFunctions } from './session-functions.ts';

/** The functions in SQL that claims and bookings are written by. */
export const functions = functionMigration(
  [claimFunctions, placeFunctions, bookingFunctions, sessionFunctions].join('\n'),
);
