import { writeRules } from '../placement/write-rules.ts';
import { quoteWord } from '../unit/quote.ts';
import type { View } from './fill.ts';
import { addressVariables, type Placement, type Port, type Service } from './service.ts';
import { containerName, mainUnit, sidekickUnit, withInstanceSpecifier } from './unit-names.ts';

/** What fills units/main.service.mustache. */
export function mainView(service: Service): View {
  const { name, template, description, runtime, image, pull, startTimeout, command, ...others } = service;
  const { ports, environment, placement, registration, loadBalancer, drain: _forPlans, ...rest } = others;
  rest satisfies Record<string, never>;
  const names = { name, template };
  const placed = placementLines(placement);
  return {
    file: mainUnit(names),
    description: describe(description, template),
    sidekick: registration ? withInstanceSpecifier(sidekickUnit(names)) : false,
    etcd: Boolean(registration ?? loadBalancer),
    etcdClient: Boolean(loadBalancer),
    // podman runs without a daemon, so there is no unit to require.
    daemon: runtime === 'docker' ? 'docker.service' : false,
    runtime: `/usr/bin/${runtime}`,
    container: containerName(names),
    image,
    pullMissing: pull === 'missing',
    pullAlways: pull === 'always',
    startTimeout,
    options: [
      ...ports.map(publish),
      ...Object.entries(environment).map(variable),
      ...(loadBalancer ? etcdOptions(containerName(names)) : []),
    ].map((option) => ({ option })),
    command: commandWords(command),
    placed: placed.length > 0,
    placement: placed,
  };
}

/** The words on the line of the image; each on a separate line where that line would be too long to read. */
function commandWords(command: Service['command']): string {
  const words = command.map(quoteWord);
  const line = words.map((word) => ` ${word}`).join('');
  return line.length <= longestCommand ? line : words.map((word) => ` \\\n    ${word}`).join('');
}

/** The longest command that stays on one line, in characters. */
const longestCommand = 160;

/** A template's description names the instance, to distinguish instances in a list of units. */
function describe(description: string, template: boolean): string {
  return `${description.replaceAll('%', '%%')}${template ? ' %i' : ''}`;
}

function publish({ host, address, container, ...rest }: Port): string {
  rest satisfies Record<string, never>;
  return `-p \${${addressVariables[address]}}:${host === 'instance' ? '%i' : host}:${container}`;
}

/** A word of the command rather than an `Environment=` line, which a line in /etc/environment would override. */
function variable([name, value]: readonly [string, string]): string {
  return `-e ${quoteWord(`${name}=${value}`)}`;
}

function etcdOptions(container: string): readonly string[] {
  return [
    '-e HOST_IP=$' + '{COREOS_PRIVATE_IPV4}',
    ...etcdVariables.map((name) => `-e ${name}`),
    '-v /etc/coreship:/etc/coreship:ro',
    // The last good list outlives the container, which each start removes.
    `-v ${container}-state:/var/lib/confd-watch`,
  ];
}

/** Passed by name, so that no value is in a process list. */
const etcdVariables = [
  'ETCDCTL_ENDPOINTS',
  'ETCDCTL_CACERT',
  'ETCDCTL_CERT',
  'ETCDCTL_KEY',
  'ETCDCTL_USER',
  'ETCDCTL_PASSWORD',
];

function placementLines({ metadata, conflicts, ...rest }: Placement): readonly View[] {
  rest satisfies Record<string, never>;
  const pairs = metadata.map(toPair);
  const options = writeRules({ machineOf: [], metadata: pairs, conflicts, global: false, replaces: [] });
  return options.map(({ name, value }) => ({ line: `${name}=${value}` }));
}

function toPair(text: string): { key: string; value: string } {
  const at = text.indexOf('=');
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}
