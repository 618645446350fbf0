import { errorResponses, problemSchemas } from './openapi-problems.ts';
import { createSchemas, type Schema, type SchemaCollection } from './openapi-schemas.ts';
import type { FieldPlan, MessagePlan } from './plan.ts';
import { isPartial, type Route, takesFile } from './routes.ts';

export interface OpenapiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

const PAGE_SCHEMAS: Readonly<Record<string, Schema>> = {
  PageLinks: {
    type: 'object',
    description: 'Addresses of other pages of the list, with the same filters.',
    properties: {
      first: { type: 'string' },
      next: { type: ['string', 'null'] },
      prev: { type: ['string', 'null'] },
      last: { type: 'string' },
    },
    required: ['first', 'next', 'prev', 'last'],
  },
  PageMeta: {
    type: 'object',
    description: 'Where the page stands in the list; from and to count rows from 1.',
    properties: {
      from: { type: ['integer', 'null'] },
      to: { type: ['integer', 'null'] },
      total: { type: 'integer' },
      current_page: { type: 'integer' },
      last_page: { type: 'integer' },
      per_page: { type: 'integer' },
      path: { type: 'string' },
    },
    required: ['from', 'to', 'total', 'current_page', 'last_page', 'per_page', 'path'],
  },
};

const ITEMS_PAGING: Schema = {
  type: 'object',
  description: 'Addresses of the pages beside this one, with the same filters.',
  properties: { next: { type: ['string', 'null'] }, prev: { type: ['string', 'null'] } },
  required: ['next', 'prev'],
};

const COUNTED: Schema = {
  request_id: { type: 'string', description: 'Names the request in logs and traces.' },
  count: { type: 'integer', description: 'How many there are in all.' },
};

const SECURITY_SCHEMES: Schema = {
  LidoStaff: { type: 'http', scheme: 'bearer', description: 'The access token of a staff user or an integration.' },
  LidoDevice: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of a reader, made by POST /devices/{id}/token.',
  },
  LidoCustomer: {
    type: 'oauth2',
    description: 'Sign-in of a customer on the site’s own domain.',
    flows: {
      authorizationCode: {
        authorizationUrl: '/oauth/authorize',
        tokenUrl: '/oauth/token',
        scopes: {
          openid: 'Sign in.',
          profile: 'Read the name.',
          email: 'Read the e-mail address.',
          organisations: 'Read the organisations the customer belongs to.',
          'memberships:read': 'Read the customer’s memberships.',
          'memberships:write': 'Change the customer’s memberships.',
        },
      },
    },
  },
};

/** The OpenAPI 3.1 document of the routes, with paths, operations and schemas in a stable order. */
export function buildOpenapi(routes: readonly Route[], info: OpenapiInfo): object {
  const schemas = createSchemas();
  const ids = operationIds(routes);
  const sorted = [...routes].sort((a, b) => compare(a.path, b.path) || compare(a.verb, b.verb));
  const paths: Record<string, Record<string, object>> = {};
  for (const route of sorted) {
    const item = paths[route.path] ?? {};
    item[route.verb.toLowerCase()] = describeOperation(route, ids.get(route) ?? '', schemas);
    paths[route.path] = item;
  }
  const tags = new Map(sorted.map((route) => [tagOf(route), route.serviceDescription]));
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: '/' }],
    tags: [...tags].sort(([a], [b]) => compare(a, b)).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { ...schemas.all(), ...PAGE_SCHEMAS, ItemsPaging: ITEMS_PAGING, ...problemSchemas },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// RoomService is Room, AppointmentTypeService is Appointment type.
function tagOf({ service }: Route): string {
  const words = service.replace(/Service$/, '').replace(/([a-z0-9])([A-Z])/g, '$1 $2');
  return words.slice(0, 1) + words.slice(1).toLowerCase();
}

// The rpc's name; where two services have an rpc of the same name, the service's name comes before it.
function operationIds(routes: readonly Route[]): ReadonlyMap<Route, string> {
  const rpcsOf = new Map<string, Set<string>>();
  for (const { method, rpc } of routes) rpcsOf.set(method, (rpcsOf.get(method) ?? new Set()).add(rpc));
  return new Map(
    routes.map((route) => {
      const shared = (rpcsOf.get(route.method)?.size ?? 0) > 1;
      const name = shared ? route.service.replace(/Service$/, '') + route.method : route.method;
      const suffix = route.bindingIndex === 0 ? '' : `${route.bindingIndex + 1}`;
      return [route, name.slice(0, 1).toLowerCase() + name.slice(1) + suffix];
    }),
  );
}

function describeOperation(route: Route, operationId: string, schemas: SchemaCollection): object {
  const [summary = '', ...details] = route.description.split(/(?<=\.)\s/);
  const parameters = [
    ...route.pathFields.map((field) => describeParameter(field, 'path', schemas)),
    ...route.queryFields.map((field) => describeParameter(field, 'query', schemas)),
    ...route.headerFields.map((field) => describeParameter(field, 'header', schemas)),
  ];
  return {
    operationId,
    tags: [tagOf(route)],
    summary: summary.replace(/\.$/, ''),
    ...(details.length > 0 ? { description: details.join(' ') } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === undefined ? {} : { requestBody: describeBody(route, schemas) }),
    responses: {
      [route.status]: describeSuccess(route, schemas),
      ...(route.createdWhen === undefined ? {} : { 201: describeSuccess(route, schemas) }),
      ...errorResponses(route),
    },
    security: describeSecurity(route),
  };
}

function describeParameter(field: FieldPlan, place: 'path' | 'query' | 'header', schemas: SchemaCollection): object {
  const { description, ...schema } = schemas.field(field);
  const isList = place === 'query' && field.shape === 'list';
  return {
    name: place === 'header' ? field.header : field.json,
    in: place,
    required: place === 'path' || field.required,
    ...(description ? { description } : {}),
    ...(isList ? { style: 'form', explode: false } : {}),
    schema,
  };
}

function describeBody(route: Route, schemas: SchemaCollection): object {
  const schema = bodySchema(route, schemas);
  if (takesFile(route)) return { content: { 'multipart/form-data': { schema } } };
  const content: Record<string, object> = { 'application/json': { schema } };
  // A form can not be a list at its top.
  if (typeof route.body !== 'object' || route.body.shape === 'single') {
    content['application/x-www-form-urlencoded'] = { schema };
  }
  return { content };
}

function bodySchema(route: Route, schemas: SchemaCollection): Schema {
  const { body, request, pathFields, headerFields } = route;
  if (body === undefined) return {};
  if (body !== '*') {
    if (body.value.kind !== 'message' || body.shape !== 'single') return schemas.field(body);
    return isPartial(route) ? schemas.referChange(body.value.message) : schemas.refer(body.value.message);
  }
  const elsewhere = new Set([...pathFields, ...headerFields]);
  const here = request.fields.filter((field) => !elsewhere.has(field));
  if (isPartial(route)) return schemas.inlineChange(here);
  return elsewhere.size === 0 ? schemas.refer(request) : schemas.inline(here);
}

function describeSuccess(route: Route, schemas: SchemaCollection): object {
  if (route.response.name === 'google.protobuf.Empty') return { description: 'Done.' };
  const mediaType = route.answer === 'ANSWER_FILE' ? '*/*' : 'application/json';
  const csv = route.csvGrpcPath === undefined ? {} : { 'text/csv': { schema: { type: 'string' } } };
  return { description: 'Success.', content: { [mediaType]: { schema: answerSchema(route, schemas) }, ...csv } };
}

function answerSchema({ answer, response }: Route, schemas: SchemaCollection): Schema {
  switch (answer) {
    case 'ANSWER_UNSPECIFIED':
      return { type: 'object', properties: { data: schemas.refer(response) }, required: ['data'] };
    case 'ANSWER_BARE':
      return schemas.refer(response);
    case 'ANSWER_PAGED': {
      const properties = membersBesidePage(response, schemas);
      const links = { $ref: '#/components/schemas/PageLinks' };
      const meta = { $ref: '#/components/schemas/PageMeta' };
      return {
        type: 'object',
        properties: { ...properties, links, meta },
        required: ['data', 'links', 'meta'],
      };
    }
    case 'ANSWER_COUNTED': {
      const isList = response.fields.some((field) => field.name === 'page');
      const data = isList ? membersBesidePage(response, schemas) : { data: schemas.refer(response) };
      return { type: 'object', properties: { ...data, ...COUNTED }, required: ['data', 'request_id', 'count'] };
    }
    case 'ANSWER_ITEMS': {
      const paging = { $ref: '#/components/schemas/ItemsPaging' };
      return {
        type: 'object',
        properties: { ...membersBesidePage(response, schemas), paging },
        required: ['items', 'paging'],
      };
    }
    case 'ANSWER_FILE':
      return { type: 'string', format: 'binary' };
  }
}

function membersBesidePage(response: MessagePlan, schemas: SchemaCollection): object {
  return schemas.inline(response.fields.filter((field) => field.name !== 'page'))['properties'] as object;
}

function describeSecurity({ access }: Route): object[] {
  const security: object[] = [];
  if (access.kinds.includes('KIND_PUBLIC')) security.push({});
  if (access.kinds.some((kind) => kind === 'KIND_STAFF' || kind === 'KIND_PARTNER')) security.push({ LidoStaff: [] });
  if (access.kinds.includes('KIND_DEVICE')) security.push({ LidoDevice: [] });
  if (access.kinds.includes('KIND_CUSTOMER')) security.push({ LidoCustomer: [] });
  return security;
}
