import type { Problem } from '../errors.ts';
import type { Port, Service } from '../services/service.ts';
import { mainUnit, sidekickUnit } from '../services/unit-names.ts';
import { balancerFindings } from './balancer-rules.ts';
import type { Cluster } from './cluster.ts';
import { etcdFindings } from './etcd-rules.ts';
import { type ConfigFinding, formatPath } from './finding.ts';
import type { WrittenService } from './service-schema.ts';
import type { YamlSource } from './yaml-source.ts';

/** A service, and how it is written. */
export interface ServiceEntry {
  readonly service: Service;
  readonly written: WrittenService;
}

/** The rules that no schema can express: what one part of `coreship.yaml` demands of another. */
export function configProblems(
  entries: readonly ServiceEntry[],
  clusters: readonly Cluster[],
  source: YamlSource,
  allNames: readonly string[],
): readonly Problem[] {
  const services = entries.map(({ service }) => service);
  const findings = [
    ...entries.flatMap(({ service, written }) => [
      ...portFindings(service),
      ...registrationFindings(service),
      ...balancerFindings(service, services, allNames, written.loadBalancer?.routes !== undefined),
    ]),
    ...unitNameFindings(services),
    ...clusters.flatMap((cluster) => [
      ...engineFindings(cluster),
      ...machineFindings(cluster),
      ...etcdFindings(cluster),
    ]),
  ];
  return findings.map(({ path, part = 'value', ...finding }) => ({
    ...finding,
    severity: 'error',
    where: source.locate(path, part),
    path: formatPath(path),
  }));
}

function portFindings({ name, template, ports }: Service): readonly ConfigFinding[] {
  return ports.flatMap((port, index) => {
    const path = ['services', name, 'ports', index, 'host'];
    if (port.host === 'instance' && !template) {
      const message = 'a service with one copy has no instance name to use as the port';
      return [{ rule: 'instance-port-without-template', path, message, hint: 'give a port number' }];
    }
    const twin = ports.findIndex((other) => other.host === port.host && other.address === port.address);
    if (twin === index) return [];
    const message = `${formatHost(port)} is already published by ports[${twin}]`;
    return [{ rule: 'duplicate-port', path, message, hint: 'give it another host port or address' }];
  });
}

function formatHost({ host, address }: Port): string {
  return `${host === 'instance' ? "the instance's port" : `port ${host}`} on the ${address} address`;
}

function registrationFindings({ name, registration, ports }: Service): readonly ConfigFinding[] {
  if (!registration || ports.length > 0) return [];
  const path = ['services', name, 'registration'];
  const message = 'nothing to check and register without a port';
  return [{ rule: 'registration-without-port', path, part: 'key', message, hint: 'add "ports"' }];
}

function unitNameFindings(services: readonly Service[]): readonly ConfigFinding[] {
  const sidekicks = new Map(
    services
      .filter(({ registration }) => registration)
      .map((service) => [sidekickUnit(service), service.name]),
  );
  const units = services.flatMap((service) => [
    { service: service.name, unit: mainUnit(service) },
    ...(service.registration ? [{ service: service.name, unit: sidekickUnit(service) }] : []),
  ]);
  return units.flatMap(({ service, unit }) => {
    const owner = sidekicks.get(unit);
    if (owner === undefined || owner === service) return [];
    const message = `its unit ${unit} is also the sidekick of service "${owner}"`;
    const path = ['services', service];
    return [{ rule: 'unit-name-clash', path, part: 'key', message, hint: 'rename one of the two' }];
  });
}

/** A cluster names its machines once, with the key of its engine. */
function engineFindings({ name, engine, machines, entry, lab }: Cluster): readonly ConfigFinding[] {
  const path = ['clusters', name];
  const isFleet = engine === 'fleet';
  const [key, named, otherKey, unused] = isFleet
    ? (['entry', entry, 'machines', machines] as const)
    : (['machines', machines, 'entry', entry] as const);
  const findings: ConfigFinding[] = [];
  const rule = 'machines-of-engine';
  if (unused.length > 0) {
    const message = `engine ${engine} takes no "${otherKey}"`;
    const hint = isFleet ? 'fleet knows its machines: name some as "entry"' : 'name them as "machines"';
    findings.push({ rule, path: [...path, otherKey], part: 'key', message, hint });
  }
  if (lab !== undefined && named.length > 0) {
    const message = `"${key}" cannot be combined with "lab"`;
    findings.push({ rule, path: [...path, key], part: 'key', message, hint: 'remove one of the two' });
  }
  if (lab === undefined && named.length === 0 && unused.length === 0) {
    const message = `must have ${isFleet ? 'machines to enter by' : 'machines'}`;
    findings.push({ rule, path, part: 'key', message, hint: `name them as "${key}"` });
  }
  return findings;
}

function machineFindings({ name, machines }: Cluster): readonly ConfigFinding[] {
  const findings: ConfigFinding[] = [];
  const ownerOf = new Map<string, string>();
  for (const machine of machines) {
    const address = JSON.stringify([machine.address.toLowerCase(), machine.port ?? 0]);
    const owner = ownerOf.get(address);
    if (owner === undefined) ownerOf.set(address, machine.name);
    else {
      const path = ['clusters', name, 'machines', machine.name, 'address'];
      const message = `machine "${owner}" already has the address ${machine.address}`;
      findings.push({ rule: 'duplicate-address', path, message, hint: 'list each machine once' });
    }
  }
  return findings;
}
