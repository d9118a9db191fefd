import { CoreshipError } from '../errors.ts';
import { compareText } from '../unit/compare.ts';
import { byteLength } from '../unit/lines.ts';
import { quoteScript } from '../unit/quote-script.ts';
import { fleetLineLimit } from '../unit/read-fleet-dialect.ts';
import { type Assets, assetText } from './assets.ts';
import { fill, type View } from './fill.ts';
import { renderBalancerImage } from './render-balancer.ts';
import { mainView } from './render-main.ts';
import { registerScripts, sidekickView } from './render-sidekick.ts';
import type { RenderedFile } from './rendered-file.ts';
import type { RegistrySettings, Service } from './service.ts';
import { mainUnit, sidekickUnit } from './unit-names.ts';

/**
 * All files rendered from typed services, in path order. The same services give the same bytes.
 * @throws CoreshipError `config` where a unit would hold a line that fleet refuses
 */
export function renderServices(
  services: readonly Service[],
  settings: RegistrySettings,
  assets: Assets,
): readonly RenderedFile[] {
  // Quoted once: it is the same for every sidekick, and long.
  const scripts = registerScripts(settings).map((path) => assetText(assets, path));
  const loop = quoteScript(scripts.join('\n'));
  return services
    .flatMap((service) => [
      ...renderUnits(service, settings, assets, loop),
      ...renderBalancerImage(service, settings, assets),
    ])
    .sort((a, b) => compareText(a.path, b.path));
}

function renderUnits(
  service: Service,
  settings: RegistrySettings,
  assets: Assets,
  loop: string,
): readonly RenderedFile[] {
  const folder = service.template ? 'unit-templates' : 'static';
  const file = (name: string, source: string, view: View): RenderedFile => ({
    path: `${folder}/${name}`,
    content: checkLines(fill(assetText(assets, source), view), service),
  });
  const main = file(mainUnit(service), 'units/main.service.mustache', mainView(service));
  if (!service.registration) return [main];
  const view = sidekickView(service, service.registration, settings, loop);
  return [main, file(sidekickUnit(service), 'units/sidekick.service.mustache', view)];
}

function checkLines(text: string, service: Service): string {
  const tooLong = text.split('\n').find((line) => isTooLong(line));
  if (tooLong === undefined) return text;
  throw new CoreshipError(
    'config',
    `services.${service.name}: a line of ${byteLength(tooLong)} bytes: ${tooLong.trim().slice(0, 40)}...`,
    { hint: `fleet refuses unit lines of ${fleetLineLimit} bytes and more; shorten the value` },
  );
}

/** A UTF-16 unit is at most four bytes, so most lines need no count. */
function isTooLong(line: string): boolean {
  return line.length * 4 >= fleetLineLimit && byteLength(line) >= fleetLineLimit;
}
