import fc from 'fast-check';
import { serviceSchema, toService } from '../../src/project/service-schema.ts';
import type { Service } from '../../src/services/service.ts';

/** Text of one line, rich in what unit files, shells and templates make something of. */
const line = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        "'",
        '\\',
        '%',
        '%i',
        '$',
        `\${A}`,
        '$$',
        ' ',
        ';',
        '#',
        '=',
        '{{x}}',
        '&',
        '<',
        '[A]',
      ),
      fc.constantFrom('ü', '✓', '\u00a0', '\ufeff', '-', '/'),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join('').replace(/[\p{Cc}\u2028\u2029]/gu, ''));

/** Now and then so long that two of them need lines of their own. */
const longLine = fc.oneof(
  { weight: 9, arbitrary: line },
  { weight: 1, arbitrary: fc.constantFrom('%', '$', '"', 'x', '✓', ' ').map((char) => char.repeat(600)) },
);

const port = fc.integer({ min: 1, max: 65_535 });
const image = fc.oneof(
  fc.constantFrom('example/apache', 'registry.example.org:5000/web/apache:2.4', `a@sha256:${'f'.repeat(64)}`),
  fc.stringMatching(/^[a-z0-9]{1,9}(\/[a-z0-9]{1,9}){0,2}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,9})?$/),
);
const pattern = fc.stringMatching(/^[a-z]{1,6}@?(\*|\?|%i|[0-9]|\[!?[0-9-]{1,3}\]){0,3}\.service$/);
const metadata = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,6}=[A-Za-z0-9_.:/-]{1,8}$/);

const written = fc.record(
  {
    description: line.map((text) => text.slice(0, 200)),
    template: fc.boolean(),
    runtime: fc.constantFrom('docker', 'podman'),
    image,
    pull: fc.constantFrom('missing', 'always'),
    command: fc.array(longLine, { maxLength: 6 }),
    environment: fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/), longLine, { maxKeys: 5 }),
    ports: fc.array(
      fc.record({ container: port, host: port, address: fc.constantFrom('private', 'public') }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    startTimeout: fc.integer({ min: 1, max: 86_400 }),
    placement: fc.record({
      conflicts: fc.array(pattern, { maxLength: 3 }),
      metadata: fc.array(metadata, { maxLength: 3 }),
    }),
    registration: fc.record({
      check: fc.constantFrom('http', 'tcp'),
      path: fc.stringMatching(/^\/[A-Za-z0-9._~/?=&%:@,+-]{0,12}$/),
      interval: fc.constantFrom(0.1, 1, 3600),
    }),
    loadBalancer: fc.oneof(
      fc.constant({ service: 'apache' }),
      fc.record({
        routes: fc.uniqueArray(
          fc.record(
            {
              service: fc.constantFrom('apache', 'shop', 'a-b', 'a_b'),
              host: fc.constantFrom('a.example.org', '*.example.org', 'b'),
              path: fc.constantFrom('/', '/a', '/a/', '/a/b'),
              health: fc.constantFrom('/health', '/h/'),
              timeout: fc.constantFrom(0.1, 1, 60),
              keepAlive: fc.constantFrom(0, 1, 1000),
            },
            { requiredKeys: ['service'] },
          ),
          { minLength: 1, maxLength: 4, selector: ({ host, path }) => `${host} ${path}` },
        ),
      }),
    ),
  },
  { requiredKeys: ['image'] },
);

/** Any service that `coreship.yaml` can describe, as its schema reads it. */
export const arbitraryService: fc.Arbitrary<Service> = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9_-]{0,49}$/), written)
  .map(([name, service]) => ({ name, read: serviceSchema.safeParse(service) }))
  .filter(({ read }) => read.success)
  .map(({ name, read }) => toService(name, serviceSchema.parse(read.data)));
