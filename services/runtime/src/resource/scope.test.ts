import { describe, expect, test } from 'vitest';
import type { BaseRow } from '../db/base.ts';
import type { Principal } from '../grpc/principal.ts';
import { mayInBrand, onlyBrand, servicePrincipal, visibleBrands } from '../grpc/principal.ts';
import { brandScope, listable, requireBrand, requirePermission, visible } from './scope.ts';

type Row = BaseRow & { brandId: string };
const scope = brandScope<Row>();

/** Manages customers at one site of the first brand, sees its other site, and only looks at the second brand. */
const staff: Principal = {
  kind: 'KIND_STAFF',
  id: 'u1',
  name: 'Una',
  organisationId: 'o1',
  brandIds: ['first', 'second'],
  grants: [
    { siteId: 's1', brandId: 'first', permissions: ['customers.manage'] },
    { siteId: 's2', brandId: 'first', permissions: [] },
    { siteId: 's3', brandId: 'second', permissions: ['customers.view'] },
  ],
};
const service = servicePrincipal('orders', 'o1');

const asking = (permission: string, principal = staff) => ({
  principal,
  access: { kinds: [principal.kind], permission, scope: 'brand' },
});
const rowOf = (brandId: string): Row => ({
  id: 'r1',
  organisationId: 'o1',
  brandId,
  createdAt: new Date(0),
  createdBy: '',
  updatedAt: new Date(0),
  updatedBy: '',
});
const only = (...brandIds: string[]) => ({ $and: [{ organisationId: 'o1' }, { brandId: { $in: brandIds } }] });

describe('a brand', () => {
  test('is seen by whoever works at one of its sites, and a permission at one of them is held in it', () => {
    expect(visibleBrands(staff)).toEqual(['first', 'second']);
    expect(mayInBrand(staff, 'customers.manage', 'first')).toBe(true);
    expect(mayInBrand(staff, 'customers.manage', 'second')).toBe(false);
  });

  test('goes without saying only where the caller works for no other', () => {
    expect(onlyBrand(staff)).toBeUndefined();
    expect(onlyBrand({ ...staff, grants: staff.grants.slice(0, 2) })).toBe('first');
    expect(onlyBrand({ ...staff, grants: [] })).toBeUndefined();
    expect(onlyBrand(service)).toBeUndefined();
  });

  test('that is hidden is missing; one that is seen without the permission is forbidden', () => {
    expect(() => requireBrand(asking('customers.manage'), 'third')).toThrow(
      expect.objectContaining({ kind: 'not_found' }),
    );
    expect(() => requireBrand(asking('customers.manage'), 'second')).toThrow(
      expect.objectContaining({ kind: 'forbidden' }),
    );
    expect(() => requireBrand(asking('customers.manage'), 'first')).not.toThrow();
  });
});

describe('rows of a brand', () => {
  test('are loaded for those who see the brand, and used by those with the permission in it', () => {
    expect(visible(scope, asking('customers.manage'))).toEqual(only('first', 'second'));
    expect(() => requirePermission(scope, rowOf('first'), asking('customers.manage'), 'write')).not.toThrow();
    expect(() => requirePermission(scope, rowOf('second'), asking('customers.manage'), 'read')).toThrow(
      expect.objectContaining({ kind: 'forbidden' }),
    );
  });

  test('are listed where the caller holds the permission, or of the brand that is asked for', () => {
    expect(listable(scope, asking('customers.manage'), undefined)).toEqual(only('first'));
    expect(listable(scope, asking(''), undefined)).toEqual(only('first', 'second'));
    expect(listable(scope, asking('customers.view'), undefined, ['second'])).toEqual(only('second'));
  });

  test('of a hidden brand are not there to ask for, and those without the permission anywhere are refused', () => {
    expect(() => listable(scope, asking('customers.view'), undefined, ['third'])).toThrow(
      expect.objectContaining({ kind: 'not_found' }),
    );
    expect(() => listable(scope, asking('settings.manage'), undefined)).toThrow(
      expect.objectContaining({ kind: 'forbidden' }),
    );
  });

  test('are all open to services, within the organisation they act in', () => {
    expect(visible(scope, asking('', service))).toEqual({ organisationId: 'o1' });
    expect(listable(scope, asking('customers.view', service), undefined)).toEqual({ organisationId: 'o1' });
    expect(() => requirePermission(scope, rowOf('any'), asking('customers.manage', service), 'write')).not.toThrow();
  });
});
