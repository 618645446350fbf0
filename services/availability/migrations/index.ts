import { Initial } from './0001-initial.ts';
import { Catalogue } from './0002-catalogue.ts';
import { OrderCards } from './0007-order-cards.ts';

/** In the order they run; a name is written to the database and never changes. */
export const migrations = [
  { name: '0001-initial', class: Initial },
  { name: '0002-catalogue', class: Catalogue },
  { name: '0007-order-cards', class: OrderCards },
];
