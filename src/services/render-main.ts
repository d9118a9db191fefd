import { writeRules } from '../placement/write-rules.ts';
import { quoteEnvironment, quoteWord } from '../unit/quote.ts';
import type { View } from './fill.ts';
import type { Placement, Port, Service } from './service.ts';
import { containerName, mainUnit, sidekickUnit, withInstanceSpecifier } from './unit-names.ts';

/** What fills units/main.service.mustache. */
export function mainView(service: Service): View {
  const placement = placementLines(service.placement);
  return {
    file: mainUnit(service),
    description: description(service),
    sidekick: service.registration ? withInstanceSpecifier(sidekickUnit(service)) : false,
    etcd: Boolean(service.registration ?? service.loadBalancer),
    etcdClient: Boolean(service.loadBalancer),
    // podman runs without a daemon, so there is no unit to require.
    daemon: service.runtime === 'docker' ? 'docker.service' : false,
    runtime: `/usr/bin/${service.runtime}`,
    container: containerName(service),
    image: service.image,
    pullMissing: service.pull === 'missing',
    pullAlways: service.pull === 'always',
    startTimeout: service.startTimeout,
    environment: assignments(service.environment),
    options: [
      ...service.ports.map(publish),
      ...Object.keys(service.environment).map(pass),
      ...etcdOptions(service),
    ].map((option) => ({ option })),
    command: commandWords(service.command),
    placed: placement.length > 0,
    placement,
  };
}

/** `Environment=` values, quoted so that the unit says exactly what was written. */
export function assignments(environment: Readonly<Record<string, string | number>>): readonly View[] {
  return Object.entries(environment).map(([name, value]) => ({
    assignment: quoteEnvironment(name, String(value)),
  }));
}

/** Behind the image where they are few; a line a word where one line would be too long to read. */
function commandWords(command: Service['command']): string {
  const words = command.map(quoteWord);
  const line = words.map((word) => ` ${word}`).join('');
  return line.length <= longestCommand ? line : words.map((word) => ` \\\n    ${word}`).join('');
}

/** Characters of a command that stay on one line. */
const longestCommand = 160;

/** A template's description names the instance, so that a list of units tells them apart. */
function description(service: Service): string {
  return `${service.description.replaceAll('%', '%%')}${service.template ? ' %i' : ''}`;
}

function publish(port: Port): string {
  const address = port.address === 'private' ? 'COREOS_PRIVATE_IPV4' : 'COREOS_PUBLIC_IPV4';
  const host = port.host === 'instance' ? '%i' : port.host;
  return `-p \${${address}}:${host}:${port.container}`;
}

/** Handed on by name: the value stays in the unit's environment and out of the process list. */
function pass(name: string): string {
  return `-e ${name}`;
}

function etcdOptions(service: Service): readonly string[] {
  return service.loadBalancer ? ['-e HOST_IP=$' + '{COREOS_PRIVATE_IPV4}', '-e ETCDCTL_ENDPOINTS'] : [];
}

function placementLines(placement: Placement): readonly View[] {
  const options = writeRules({
    machineOf: [],
    metadata: placement.metadata.map(toPair),
    conflicts: placement.conflicts,
    global: false,
    replaces: [],
  });
  return options.map(({ name, value }) => ({ line: `${name}=${value}` }));
}

function toPair(text: string): { key: string; value: string } {
  const at = text.indexOf('=');
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}
