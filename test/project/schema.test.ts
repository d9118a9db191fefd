import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonSchema } from '../../src/project/json-schema.ts';
import { parseConfig } from '../../src/project/parse-config.ts';
import { configSchema } from '../../src/project/schema.ts';

const root = new URL('../../', import.meta.url);

interface Node {
  readonly [key: string]: unknown;
}

describe('schema.json', () => {
  it('is what the schema says', async () => {
    const text = `${JSON.stringify(jsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../schema.json');
  });

  it('describes every key', () => {
    const silent = properties(jsonSchema()).filter(({ node }) => !node['description']);
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('gives only examples and defaults that it accepts itself', () => {
    const values = properties(jsonSchema()).flatMap(({ path, node }) =>
      [...asList(node['examples']), ...('default' in node ? [node['default']] : [])].map((value) => ({
        path,
        ok: z.fromJSONSchema(node).safeParse(value).success,
      })),
    );
    expect(values.length).toBeGreaterThan(30);
    expect(values.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('leaves x- keys free wherever keys are fixed, and names no silly bounds', () => {
    const fixed = properties(jsonSchema()).filter(({ node }) => node['additionalProperties'] === false);
    expect(fixed.length).toBeGreaterThan(5);
    expect(fixed.filter(({ node }) => !node['patternProperties'])).toEqual([]);
    expect(JSON.stringify(jsonSchema())).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });
});

describe("the repository's own coreship.yaml", () => {
  it('is valid, and its services get their defaults', async () => {
    const text = await readFile(new URL('coreship.yaml', root), 'utf8');
    const { config, problems } = parseConfig(text, 'coreship.yaml', '/project');
    expect(problems).toEqual([]);
    expect(config).toMatchObject({ name: 'tutorial', registry: { api: 'v3', key: 'address' } });
    expect(config?.services.find(({ name }) => name === 'apache')).toEqual({
      name: 'apache',
      description: 'Apache web server',
      template: true,
      runtime: 'docker',
      image: 'example/apache',
      pull: 'missing',
      command: ['/usr/sbin/apache2ctl', '-D', 'FOREGROUND'],
      environment: {},
      ports: [{ container: 80, host: 'instance', address: 'private' }],
      startTimeout: 600,
      drain: 1,
      placement: { conflicts: ['apache@*.service'], metadata: [] },
      registration: { check: 'http', path: '/', interval: 1, timeout: 1, rise: 1, fall: 2, ttl: 4 },
    });
  });
});

describe('image references', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  const accepts = (image: string) =>
    configSchema.safeParse({ name: 'p', services: { s: { image } } }).success;

  it.each([
    'apache',
    'example/apache',
    'example/apache:2.4',
    'registry:5000/a/b',
    'Registry.Example.org/a_b/c-d__e',
    `a/b@${digest}`,
    `localhost/a:v1@${digest}`,
  ])('accepts %s', (image) => expect(accepts(image)).toBe(true));

  it.each([
    '',
    'a b',
    '-a',
    'a;b',
    '$(id)',
    'a\nb',
    '%i',
    'a/',
    '/a',
    'a:',
    'A',
    'a//b',
    '$X',
    "a'b",
    '--privileged',
  ])('refuses %j', (image) => expect(accepts(image)).toBe(false));
});

/** Every schema node that stands for a key, at any depth, with the root. */
function properties(schema: object, path = ''): readonly { readonly path: string; readonly node: Node }[] {
  const node = schema as Node;
  const named = Object.entries((node['properties'] ?? {}) as Record<string, object>);
  const values = [node['additionalProperties'], node['items']].filter(
    (value) => typeof value === 'object' && value !== null,
  );
  return [
    { path, node },
    ...named.flatMap(([key, value]) => properties(value, `${path}.${key}`)),
    ...values.flatMap((value) => Object.values(properties(value as object, `${path}[]`)).slice(1)),
  ];
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
