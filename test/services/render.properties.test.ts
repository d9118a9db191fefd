import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAssets } from '../../src/project/assets.ts';
import { renderServices } from '../../src/services/render.ts';
import type { RegistrySettings, Service } from '../../src/services/service.ts';
import { readUnit } from '../../src/unit/parse.ts';
import { expandSystemdSpecifiers } from '../support/expand-systemd-specifiers.ts';
import { valuesOf } from '../support/values-of.ts';
import { arbitraryService } from './arbitrary-services.ts';
import { workerLike } from './sample-services.ts';
import { execWords, expectSoundUnit, variablesOf } from './unit-checks.ts';

const assets = await readAssets();
const settings: RegistrySettings = { api: 'v3', key: 'address' };
const unitsOf = (service: Service) =>
  renderServices([service], settings, assets).filter(({ path }) => path.endsWith('.service'));
/** The main unit's text, and the name it has on a machine. */
const mainOf = (service: Service) => {
  const name = service.template ? `${service.name}@7777.service` : `${service.name}.service`;
  const file = name.replace('@7777', '@');
  return { name, text: unitsOf(service).find(({ path }) => path.endsWith(`/${file}`))?.content ?? '' };
};
/** Where the image stands: counted from the end, as an option's value may read like it. */
const optionsEnd = (words: readonly string[], { command }: Service) => words.length - command.length - 1;

describe('any service the schema allows', () => {
  it('renders to units that systemd and fleet read alike', () => {
    fc.assert(
      fc.property(arbitraryService, (service) => {
        const units = unitsOf(service);
        expect(units).toHaveLength(service.registration ? 2 : 1);
        for (const unit of units) expectSoundUnit(unit);
      }),
    );
  });

  it('hands the container the command that was asked for', () => {
    fc.assert(
      fc.property(arbitraryService, (service) => {
        const { name, text } = mainOf(service);
        const [words = []] = execWords(text, name);
        expect(words[0]).toBe(`/usr/bin/${service.runtime}`);
        expect(words.slice(optionsEnd(words, service))).toEqual([service.image, ...service.command]);
      }),
    );
  });

  it('hands the container the environment that was asked for', () => {
    fc.assert(
      fc.property(arbitraryService, ({ loadBalancer: _, ...service }) => {
        const { name, text } = mainOf(service);
        const [words = []] = execWords(text, name);
        const options = words.slice(0, optionsEnd(words, service));
        expect(variablesOf(options)).toEqual(service.environment);
      }),
    );
  });

  it('says the description that was asked for', () => {
    fc.assert(
      fc.property(arbitraryService, (service) => {
        const { name, text } = mainOf(service);
        const [description = ''] = valuesOf(readUnit(text, name).file, 'Unit', 'Description');
        const instance = service.template ? ' 7777' : '';
        expect(expandSystemdSpecifiers(description, name)).toBe(`${service.description}${instance}`.trim());
      }),
    );
  });

  it('renders to the same bytes again, in whatever order the services come', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(arbitraryService, { selector: ({ name }) => name, maxLength: 4 }),
        (services) => {
          const once = renderServices(services, settings, assets);
          expect(renderServices([...services].reverse(), settings, assets)).toEqual(once);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a value that no unit line can hold', () => {
  it.each([
    ['a word of the command', workerLike({ command: ['✓'.repeat(1000)] })],
    ['a variable', workerLike({ environment: { LONG: '✓'.repeat(1000) } })],
  ])('is refused with the service it belongs to: %s', (_, service) => {
    expect(() => renderServices([service], settings, assets)).toThrow(
      expect.objectContaining({
        code: 'config',
        message: expect.stringContaining('services.worker: a line of'),
      }),
    );
  });
});
