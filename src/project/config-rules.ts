import type { Problem } from '../errors.ts';
import type { Port, Service } from '../services/service.ts';
import { mainUnit, sidekickUnit } from '../services/unit-names.ts';
import { balancerFindings } from './balancer-rules.ts';
import type { Cluster } from './cluster.ts';
import { formatPath } from './data-path.ts';
import { etcdFindings } from './etcd-rules.ts';
import type { Finding } from './finding.ts';
import type { YamlSource } from './yaml-source.ts';

/** What no schema can say: what one part of `coreship.yaml` demands of another. */
export function configProblems(
  services: readonly Service[],
  clusters: readonly Cluster[],
  source: YamlSource,
  allNames: readonly string[],
): readonly Problem[] {
  const findings = [
    ...services.flatMap((service) => [
      ...portFindings(service),
      ...registrationFindings(service),
      ...balancerFindings(service, services, allNames, hasRoutes(source, service)),
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

/** Where the written form has no routes, only its normal form has. */
function hasRoutes(source: YamlSource, { name }: Service): boolean {
  const path = ['services', name, 'loadBalancer'];
  const place = (steps: readonly string[]) => JSON.stringify(source.locate(steps, 'key'));
  return place([...path, 'routes']) !== place(path);
}

function portFindings({ name, template, ports }: Service): readonly Finding[] {
  return ports.flatMap((port, index) => {
    const path = ['services', name, 'ports', index, 'host'];
    if (port.host === 'instance' && !template) {
      const message = 'a service with one copy has no instance name to take the port from';
      return [{ rule: 'instance-port-without-template', path, message, hint: 'give a port number' }];
    }
    const twin = ports.findIndex((other) => other.host === port.host && other.address === port.address);
    if (twin === index) return [];
    const message = `${formatHost(port)} is published by ports[${twin}] already`;
    return [{ rule: 'duplicate-port', path, message, hint: 'give it another host port or address' }];
  });
}

function formatHost({ host, address }: Port): string {
  return `${host === 'instance' ? "the instance's port" : `port ${host}`} on the ${address} address`;
}

function registrationFindings({ name, registration, ports }: Service): readonly Finding[] {
  if (!registration || ports.length > 0) return [];
  const path = ['services', name, 'registration'];
  const message = 'nothing to check and register without a port';
  return [{ rule: 'registration-without-port', path, part: 'key', message, hint: 'add "ports"' }];
}

function unitNameFindings(services: readonly Service[]): readonly Finding[] {
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

/** Which machines a cluster has is said once, and in its engine's way. */
function engineFindings({ name, engine, machines, entry, lab }: Cluster): readonly Finding[] {
  const path = ['clusters', name];
  const isFleet = engine === 'fleet';
  const [key, given, otherKey, stray] = isFleet
    ? (['entry', entry, 'machines', machines] as const)
    : (['machines', machines, 'entry', entry] as const);
  const findings: Finding[] = [];
  const rule = 'machines-of-engine';
  if (stray.length > 0) {
    const message = `engine ${engine} takes no "${otherKey}"`;
    const hint = isFleet ? 'fleet knows its machines: name some as "entry"' : 'name them as "machines"';
    findings.push({ rule, path: [...path, otherKey], part: 'key', message, hint });
  }
  if (lab !== undefined && given.length > 0) {
    const message = `"${key}" is of no use beside "lab"`;
    findings.push({ rule, path: [...path, key], part: 'key', message, hint: 'drop one of the two' });
  }
  if (lab === undefined && given.length === 0 && stray.length === 0) {
    const message = `must have ${isFleet ? 'machines to enter by' : 'machines'}`;
    findings.push({ rule, path, part: 'key', message, hint: `name them as "${key}"` });
  }
  return findings;
}

function machineFindings({ name, machines }: Cluster): readonly Finding[] {
  const findings: Finding[] = [];
  const ownerOf = new Map<string, string>();
  for (const machine of machines) {
    const address = JSON.stringify([machine.address.toLowerCase(), machine.port ?? 0]);
    const owner = ownerOf.get(address);
    if (owner === undefined) ownerOf.set(address, machine.name);
    else {
      const path = ['clusters', name, 'machines', machine.name, 'address'];
      const message = `machine "${owner}" has the address ${machine.address} already`;
      findings.push({ rule: 'duplicate-address', path, message, hint: 'a machine is listed once' });
    }
  }
  return findings;
}
