import { defined } from '../defined.ts';
import { CoreshipError } from '../errors.ts';
import { parseUnitText } from '../services/parsed-unit.ts';
import {
  type RegistrationEntry,
  registrationEntry,
  type ServedLists,
  serves,
} from '../services/registration.ts';
import { addressVariables, type RegistrySettings, type Service } from '../services/service.ts';
import { groupUnits, type UnitGroup } from '../services/unit-groups.ts';
import { containerName, mainUnit } from '../services/unit-names.ts';
import { parseUnitName } from '../unit/name.ts';
import type { Observation, ObservedMachine, ObservedUnit } from './observation.ts';
import type { BalancerRef, MachineRef } from './plan.ts';
import type { Traffic } from './traffic.ts';

/** What a load balancer serves, as it says. */
export interface Serving {
  readonly balancer: BalancerRef;
  /** Absent where it did not answer. */
  readonly lists?: ServedLists;
  /** What keeps it from serving a newer list. */
  readonly problem?: string;
}

/** Everything a plan depends on, as plain data. */
export interface ClusterFacts {
  readonly observation: Observation;
  readonly services: readonly Service[];
  readonly settings: RegistrySettings;
  /** Absent where the cluster has no etcd, or it did not answer. */
  readonly registrations?: readonly RegistrationEntry[];
  readonly serving: readonly Serving[];
}

/** A group of units that was found on a machine. */
export interface PlacedGroup {
  readonly group: UnitGroup;
  readonly machine: ObservedMachine;
}

/** The questions that a plan asks of the facts. */
export interface ClusterView {
  readonly observation: Observation;
  readonly groups: readonly PlacedGroup[];
  machine(id: string): ObservedMachine;
  /** The units of a group on a machine, main unit first; also those whose text there no longer says that they belong to it. */
  unitsOf(group: UnitGroup, machine: string): readonly ObservedUnit[];
  /** The load balancers that run. */
  readonly balancers: readonly BalancerRef[];
  /** What a group registers on a machine, whether or not etcd answered; undefined where it registers nothing. */
  entry(group: UnitGroup, machine: MachineRef): RegistrationEntry | undefined;
  /** How requests reach a group on a machine, given the load balancers that run; by default those that were observed. */
  traffic(group: UnitGroup, machine: MachineRef, running?: readonly BalancerRef[]): Traffic;
  isServed(group: UnitGroup, machine: MachineRef): boolean;
  /** Variables that a service of coreship.yaml needs and the machine's /etc/environment lacks. */
  missingAddresses(group: UnitGroup, machine: ObservedMachine): readonly string[];
}

/** Answers a plan's questions from the facts. */
export function viewCluster(facts: ClusterFacts): ClusterView {
  const { observation } = facts;
  const machines = new Map(observation.machines.map((machine) => [machine.id, machine]));
  const groups = observation.machines.flatMap((machine) => groupsOn(machine, observation));
  const members = new Map(
    groups.map(({ group, machine }) => [`${machine.id} ${group.main}`, unitNames(group)]),
  );

  const machine = (id: string): ObservedMachine => {
    const found = machines.get(id);
    if (!found) throw new CoreshipError('bug', `no machine ${id} was observed`);
    return found;
  };
  const balancers = facts.serving.map(({ balancer }) => balancer);
  const serviceOf = (group: UnitGroup) => facts.services.find(({ name }) => name === group.service);
  const entryOf: ClusterView['entry'] = (group, { id }) => {
    const service = serviceOf(group);
    return service && registrationEntry(service, group.instance, machine(id).addresses, facts.settings);
  };
  const listsOf = ({ unit, machine: { id } }: BalancerRef): ServedLists | undefined =>
    facts.serving.find(({ balancer }) => balancer.unit === unit && balancer.machine.id === id)?.lists;
  const traffic: ClusterView['traffic'] = (group, ref, running = balancers) => {
    const service = serviceOf(group);
    const entry = facts.registrations && entryOf(group, ref);
    const routing = running.filter((balancer) => routesTo(balancer, group.service, facts));
    const hasNoOther = (balancer: BalancerRef): boolean =>
      listsOf(balancer)?.[group.service]?.every((value) => value === entry?.value) ?? false;
    return defined({
      balancers: routing,
      isOnlyBackend: routing.some(hasNoOther),
      drainSeconds: service?.drain ?? 0,
      startTimeoutSeconds: service?.startTimeout ?? defaultStartTimeout,
      entry,
      ownBalancer: service?.loadBalancer && facts.registrations ? balancerRef(service, ref) : undefined,
    });
  };
  const isServed = (group: UnitGroup, ref: MachineRef): boolean => {
    const { entry, balancers: routing, ownBalancer } = traffic(group, ref);
    if (ownBalancer && !listsOf(ownBalancer)) return false;
    if (!entry) return true;
    const registered = facts.registrations?.some(
      ({ key, value }) => key === entry.key && value === entry.value,
    );
    return registered === true && routing.every((balancer) => serves(listsOf(balancer) ?? {}, entry));
  };
  return {
    observation,
    groups,
    machine,
    unitsOf: (group, id) => {
      const names = new Set([...unitNames(group), ...(members.get(`${id} ${group.main}`) ?? [])]);
      return [...names].flatMap((name) =>
        observation.units.filter((unit) => unit.machine === id && unit.name === name),
      );
    },
    balancers,
    entry: entryOf,
    traffic,
    isServed,
    missingAddresses: (group, { addresses }) => {
      const ports = serviceOf(group)?.ports ?? [];
      const needed = new Set(ports.map(({ address }) => address));
      return [...needed].filter((address) => !addresses[address]).map((address) => addressVariables[address]);
    },
  };
}

/** The load balancers among the observed units that run, and can be asked what they serve. */
export function runningBalancers(
  observation: Observation,
  services: readonly Service[],
): readonly BalancerRef[] {
  return services
    .filter((service) => service.loadBalancer)
    .flatMap((service) =>
      observation.units
        .filter((unit) => unit.name === mainUnit(service) && unit.active === 'active')
        .map((unit) => balancerRef(service, refTo(unit.machine, observation))),
    );
}

/** Seconds for a unit that coreship.yaml does not describe: long enough for a pull of its image. */
const defaultStartTimeout = 600;

function groupsOn(machine: ObservedMachine, observation: Observation): readonly PlacedGroup[] {
  const units = observation.units.filter((unit) => unit.machine === machine.id);
  // A unit whose file is gone still has its name, and is removed or written again under it.
  return groupUnits(units.map(({ name, text }) => parseUnitText(name, text ?? ''))).map((group) => ({
    group,
    machine,
  }));
}

function routesTo({ unit }: BalancerRef, backend: string, facts: ClusterFacts): boolean {
  const name = parseUnitName(unit).prefix;
  const balancer = facts.services.find((service) => service.name === name)?.loadBalancer;
  return balancer?.routes.some((route) => route.service === backend) ?? false;
}

function balancerRef(service: Service, machine: MachineRef): BalancerRef {
  return {
    unit: mainUnit(service),
    machine: { id: machine.id, name: machine.name },
    runtime: service.runtime,
    container: containerName(service),
  };
}

function refTo(id: string, observation: Observation): MachineRef {
  return { id, name: observation.machines.find((machine) => machine.id === id)?.name ?? id };
}

function unitNames(group: UnitGroup): readonly string[] {
  return group.units.map(({ name }) => name);
}
