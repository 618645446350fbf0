import { writeFileSync } from 'node:fs';
import { loadImage } from '@lido/proto/image';
import { buildRoutes } from '@lido/runtime/rest/routes.ts';
import { describeApi, listRoutes } from './document.ts';

// Writes what is published of the contract and committed, so that every change of it shows in a review.
const checkout = new URL('../../../../', import.meta.url);
const routes = buildRoutes(loadImage());
writeFileSync(new URL('proto/routes.txt', checkout), listRoutes(routes));
writeFileSync(new URL('openapi.json', checkout), `${JSON.stringify(describeApi(routes), null, 2)}\n`);
