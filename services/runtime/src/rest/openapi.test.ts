import { loadImage } from '@lido/proto/image';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { buildOpenapi } from './openapi.ts';
import { buildRoutes } from './routes.ts';
import { specimenRoutes } from './testing/specimens.ts';

const image = loadImage();
const info = { title: 'Lido', version: '1.0.0', description: 'Specimens.' };

describe('buildOpenapi', () => {
  const document = buildOpenapi(specimenRoutes(image), info);

  it.each([
    ['the specimens', document],
    ['the whole contract', buildOpenapi(buildRoutes(image), info)],
  ])('makes a valid OpenAPI 3.1 document of %s', async (_title, candidate) => {
    const result = await new Validator().validate({ ...candidate });
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it('describes an operation by its comment, its parameters and its page', () => {
    expect(document).toHaveProperty(
      'paths./testing/specimens.get',
      expect.objectContaining({
        operationId: 'listSpecimens',
        tags: ['Specimen'],
        summary: 'Lists specimens by name',
        description: 'Archived ones are left out unless they are asked for.',
        security: [{ LidoStaff: [] }],
      }),
    );
    const parameters = (document as { paths: Record<string, { get: { parameters: { name: string; in: string }[] } }> })
      .paths['/testing/specimens']?.get.parameters;
    expect(parameters?.map((parameter) => `${parameter.in} ${parameter.name}`)).toEqual([
      'query site_id',
      'query stage',
      'query archived',
      'query page',
      'query per_page',
      'query from',
      'query size',
      'header X-Trybe-On-Behalf-Of',
    ]);
    expect(document).toHaveProperty(
      'paths./testing/specimens.get.responses.200.content.application/json.schema.properties.totals',
    );
  });

  it('groups operations by service', () => {
    expect(document).toHaveProperty('tags', [{ name: 'Specimen', description: 'One rpc for each form of route.' }]);
  });

  it('offers JSON and forms for a body, and gives every operation an id of its own', () => {
    const body = { schema: { $ref: '#/components/schemas/SpecimenChange' } };
    expect(document).toHaveProperty(['paths', '/testing/specimens/{id}', 'put', 'requestBody', 'content'], {
      'application/json': body,
      'application/x-www-form-urlencoded': body,
    });
    expect(document).toHaveProperty(
      ['paths', '/testing/specimen-labels/{id}', 'delete', 'operationId'],
      'detachLabels2',
    );
  });

  it('offers multipart only where a file is taken, as binary', () => {
    expect(document).toHaveProperty('paths./testing/specimens/{id}/picture.post.requestBody', {
      content: {
        'multipart/form-data': {
          schema: expect.objectContaining({
            properties: expect.objectContaining({ picture: { type: 'string', format: 'binary' } }),
            required: ['picture'],
          }),
        },
      },
    });
  });

  it('requires fields of a new resource, and none of a change', () => {
    expect(document).toHaveProperty('components.schemas.Specimen.required', ['site_id', 'name']);
    expect(document).not.toHaveProperty('components.schemas.SpecimenChange.required');
    expect(document).toHaveProperty('components.schemas.SpecimenChange.properties.name');
  });

  it('lets the public in without a token', () => {
    expect(document).toHaveProperty(['paths', '/testing/specimens/newest', 'get', 'security'], [{}, { LidoStaff: [] }]);
  });

  it('describes fields by what they allow', () => {
    expect(document).toHaveProperty(
      'components.schemas.Specimen.properties',
      expect.objectContaining({
        id: { type: 'string', readOnly: true, maxLength: 64 },
        name: { type: 'string', minLength: 1, maxLength: 20 },
        cycle: { type: ['string', 'null'], enum: ['P1M', 'P1Y', null] },
        main_part: { anyOf: [{ $ref: '#/components/schemas/Part' }, { type: 'null' }] },
        className: { type: ['string', 'null'], maxLength: 20_000 },
      }),
    );
  });
});
