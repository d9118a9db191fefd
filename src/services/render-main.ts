import { writeRules } from '../placement/write-rules.ts';
import { quoteWord } from '../unit/quote.ts';
import type { View } from './fill.ts';
import { addressVariables, type Placement, type Port, type Service } from './service.ts';
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
    options: [
      ...service.ports.map(publish),
      ...Object.entries(service.environment).map(variable),
      ...etcdOptions(service),
    ].map((option) => ({ option })),
    command: commandWords(service.command),
    placed: placement.length > 0,
    placement,
  };
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
  const host = port.host === 'instance' ? '%i' : port.host;
  return `-p \${${addressVariables[port.address]}}:${host}:${port.container}`;
}

/** A word of its own rather than an `Environment=` line, which a line in /etc/environment would override. */
function variable([name, value]: readonly [string, string]): string {
  return `-e ${quoteWord(`${name}=${value}`)}`;
}

function etcdOptions(service: Service): readonly string[] {
  return service.loadBalancer
    ? [
        '-e HOST_IP=$' + '{COREOS_PRIVATE_IPV4}',
        ...etcdVariables.map((name) => `-e ${name}`),
        '-v /etc/coreship:/etc/coreship:ro',
        // The last good list outlives the container, which is removed at each start.
        `-v ${containerName(service)}-state:/var/lib/confd-watch`,
      ]
    : [];
}

/** By name, so that no value is in a process list. */
const etcdVariables = [
  'ETCDCTL_ENDPOINTS',
  'ETCDCTL_CACERT',
  'ETCDCTL_CERT',
  'ETCDCTL_KEY',
  'ETCDCTL_USER',
  'ETCDCTL_PASSWORD',
];

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
