import type { View } from './fill.ts';
import { registeredPort } from './registration.ts';
import { assignments } from './render-main.ts';
import type { Registration, RegistrySettings, Service } from './service.ts';
import { mainUnit, sidekickUnit, withInstanceSpecifier } from './unit-names.ts';

/** What fills units/sidekick.service.mustache; `loop` the register loop, quoted. */
export function sidekickView(
  service: Service,
  registration: Registration,
  settings: RegistrySettings,
  loop: string,
): View {
  const port = registeredPort(service);
  const { check, path, interval, timeout, rise, fall, ttl } = registration;
  const main = withInstanceSpecifier(mainUnit(service));
  return {
    file: sidekickUnit(service),
    description: `Registration of ${main} in etcd`,
    main,
    environment: [
      { assignment: `SERVICE=${service.name}` },
      { assignment: `PORT=${port?.host === 'instance' ? '%i' : (port?.host ?? '')}` },
      ...assignments({
        KEY: settings.key,
        CHECK: check,
        CHECK_PATH: path,
        INTERVAL: interval,
        TIMEOUT: timeout,
        RISE: rise,
        FALL: fall,
        TTL: ttl,
      }),
    ],
    script: loop,
  };
}
