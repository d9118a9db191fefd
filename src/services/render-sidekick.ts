import { quoteWord } from '../unit/quote.ts';
import type { View } from './fill.ts';
import { registeredPort } from './registration.ts';
import type { Registration, RegistrySettings, Service } from './service.ts';
import { mainUnit, sidekickUnit, withInstanceSpecifier } from './unit-names.ts';

/** The assets that form the register loop, in their order. */
export function registerScripts(settings: RegistrySettings): readonly string[] {
  return [`register/api-${settings.api}.sh`, 'register/loop.sh'];
}

/**
 * What fills units/sidekick.service.mustache.
 * @param loop the register loop, quoted
 */
export function sidekickView(
  service: Service,
  registration: Registration,
  settings: RegistrySettings,
  loop: string,
): View {
  const port = registeredPort(service);
  const { check, path, interval, timeout, rise, fall, ttl, ...rest } = registration;
  rest satisfies Record<string, never>;
  const { api, key, ...otherSettings } = settings;
  otherSettings satisfies Record<string, never>;
  const settingWords = {
    KEY: key,
    CHECK: check,
    CHECK_PATH: path,
    INTERVAL: interval,
    TIMEOUT: timeout,
    RISE: rise,
    FALL: fall,
    TTL: ttl,
  };
  const main = withInstanceSpecifier(mainUnit(service));
  return {
    file: sidekickUnit(service),
    description: `Registration of ${main} in etcd`,
    main,
    settings: [
      ...(api === 'v3' ? ['ETCDCTL_API=3'] : []),
      `SERVICE=${service.name}`,
      // systemd expands %i to the instance's name, so its percent sign is not doubled.
      `PORT=${port?.host === 'instance' ? '%i' : (port?.host ?? '')}`,
      ...Object.entries(settingWords).map(([name, value]) => quoteWord(`${name}=${value}`)),
    ].join(' '),
    script: loop,
  };
}
