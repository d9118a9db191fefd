import { assertNever } from '../../src/errors.ts';
import { globMatches } from '../../src/placement/glob.ts';
import { readRules } from '../../src/placement/read-rules.ts';
import type { ClusterFacts } from '../../src/plan/cluster-view.ts';
import { runningBalancers } from '../../src/plan/cluster-view.ts';
import type { ForeignUnit, ObservedMachine, ObservedUnit } from '../../src/plan/observation.ts';
import type { BalancerRef, Step } from '../../src/plan/plan.ts';
import { type ActiveState, isRunning } from '../../src/plan/unit-state.ts';
import {
  type RegistrationEntry,
  registrationEntry,
  type ServedLists,
  serves,
} from '../../src/services/registration.ts';
import type { RegistrySettings, Service } from '../../src/services/service.ts';
import type { UnitText } from '../../src/services/unit-groups.ts';
import { mainUnit, sidekickUnit } from '../../src/services/unit-names.ts';
import { parseUnit } from '../../src/unit/parse.ts';
import { optionsOf } from '../../src/unit/unit-file.ts';

/** A unit on a simulated machine. Its process keeps the text it was started with, as under systemd. */
interface SimulatedUnit {
  text: string | undefined;
  active: ActiveState;
  runningText: string | undefined;
  pid: number;
  reloadNeeded: boolean;
}

/**
 * A cluster in memory: steps change it at once, as machines, sidekicks and load balancers would. A step that would do
 * harm, or wait forever, throws.
 */
export class SimulatedCluster {
  services: readonly Service[];
  readonly settings: RegistrySettings = { api: 'v3', key: 'address' };
  readonly machines: readonly ObservedMachine[];
  readonly foreign: ForeignUnit[] = [];
  /** Values that sidekicks have not registered yet; a wait ends that. */
  readonly unregistered = new Set<string>();
  private readonly units = new Map<string, Map<string, SimulatedUnit>>();
  private nextPid = 1000;

  constructor(
    services: readonly Service[],
    machines: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ) {
    this.services = services;
    this.machines = Object.entries(machines).map(([name, metadata], index) => ({
      id: `id-of-${name}`,
      name,
      metadata,
      addresses: { private: `10.0.0.${index + 1}`, public: `192.0.2.${index + 1}` },
    }));
    for (const { id } of this.machines) this.units.set(id, new Map());
  }

  /** What a command observes at present. */
  facts(): ClusterFacts {
    const observation = {
      machines: this.machines,
      units: [...this.units].flatMap(([machine, units]) =>
        [...units].map(([name, unit]) => this.observed(name, machine, unit)),
      ),
      foreign: this.foreign,
      unreachable: [],
      unplaced: [],
      neighbours: [],
      scheduler: 'coreship' as const,
    };
    return {
      observation,
      services: this.services,
      settings: this.settings,
      registrations: this.registrations(),
      serving: runningBalancers(observation, this.services).map((balancer) => ({
        balancer,
        lists: this.lists(balancer) ?? {},
      })),
    };
  }

  apply(step: Step): void {
    switch (step.kind) {
      case 'install':
        for (const unit of step.units) this.install(step.machine.id, unit);
        break;
      case 'start':
        for (const name of step.units) this.start(step.machine.id, name);
        break;
      case 'stop':
        for (const name of step.units) this.stop(step.machine.id, name);
        break;
      case 'remove':
        for (const name of step.units) this.remove(step.machine.id, name);
        break;
      case 'wait-active':
        for (const name of step.units) this.settle(step.machine.id, name);
        break;
      case 'wait-registered':
        this.unregistered.delete(step.entry.value);
        expectNow(this.isRegistered(step.entry.key), `${step.entry.key} is never registered`);
        break;
      case 'wait-unregistered':
        expectNow(!this.isRegistered(step.entry.key), `${step.entry.key} stays registered`);
        break;
      case 'wait-served':
        for (const one of step.balancers)
          expectNow(
            serves(this.lists(one) ?? {}, step.entry),
            `${one.unit} never serves ${step.entry.value}`,
          );
        break;
      case 'wait-unserved':
        for (const one of step.balancers)
          expectNow(
            !serves(this.lists(one) ?? {}, step.entry),
            `${one.unit} goes on with ${step.entry.value}`,
          );
        break;
      case 'wait-answering':
        expectNow(this.lists(step.balancer), `${step.balancer.unit} never answers`);
        break;
      case 'drain':
        break;
      default:
        assertNever(step);
    }
  }

  install(machine: string, { name, text }: UnitText): void {
    const there = this.on(machine).get(name);
    expectNow(
      !this.foreign.some((unit) => unit.name === name && unit.machine === machine),
      `${name} is somebody else's`,
    );
    if (there) {
      there.text = text;
      there.reloadNeeded = false;
    } else {
      this.on(machine).set(name, {
        text,
        active: 'inactive',
        runningText: undefined,
        pid: 0,
        reloadNeeded: false,
      });
    }
  }

  /** What a unit binds to or wants starts with it. */
  start(machine: string, name: string): void {
    const unit = this.on(machine).get(name);
    if (!unit || runs(unit)) return;
    expectNow(unit.text !== undefined, `${name} has no file to start from`);
    unit.active = 'active';
    unit.reloadNeeded = false;
    unit.runningText = unit.text;
    unit.pid = this.nextPid++;
    for (const other of [...options(unit.text, name, 'BindsTo'), ...options(unit.text, name, 'Wants')]) {
      this.start(machine, other);
    }
  }

  /** What binds to a unit stops with it. */
  stop(machine: string, name: string): void {
    const unit = this.on(machine).get(name);
    if (!unit) return;
    const lost = this.entries().find((entry) => entry.main === name && entry.machine === machine);
    expectNow(!lost || !runs(unit), `${name} is stopped while ${lost?.entry.value} is registered`);
    Object.assign(unit, { active: 'inactive', runningText: undefined, pid: 0 });
    for (const [other, bound] of this.on(machine)) {
      if (runs(bound) && options(bound.text, other, 'BindsTo').includes(name)) this.stop(machine, other);
    }
  }

  remove(machine: string, name: string): void {
    const unit = this.on(machine).get(name);
    expectNow(!unit || !runs(unit), `${name} is removed while it runs`);
    this.on(machine).delete(name);
  }

  /** Something happens to a unit that no plan asked for. */
  disturb(machine: string, name: string, change: Partial<SimulatedUnit>): void {
    const unit = this.on(machine).get(name);
    expectNow(unit, `no ${name} on ${machine}`);
    if (unit) Object.assign(unit, change);
  }

  /** Units that run another text than their file's, which systemd would not report. */
  stale(): readonly string[] {
    return this.all()
      .filter(({ unit }) => runs(unit) && unit.runningText !== unit.text)
      .map(({ name }) => name);
  }

  /** Pairs of running units on one machine that a `Conflicts=` keeps apart: that of a desired unit, else of its own file. */
  clashes(desired: readonly UnitText[] = []): readonly string[] {
    const running = this.all().filter(({ unit }) => runs(unit));
    const newest = new Map(desired.map(({ name, text }) => [name, text]));
    return running.flatMap(({ name, machine, unit }) => {
      const rules = readRules(optionsOf(parseUnit(newest.get(name) ?? unit.text ?? '')), name);
      return running
        .filter((other) => other.machine === machine && other.name !== name)
        .filter((other) => rules.conflicts.some((pattern) => globMatches(pattern, other.name)))
        .map((other) => `${name} and ${other.name} on ${machine}`);
    });
  }

  /** `apache@7777.service on m1`, in order: what runs. */
  running(): readonly string[] {
    return this.all()
      .filter(({ unit }) => runs(unit))
      .map(({ name, machine }) => `${name} on ${machine.replace('id-of-', '')}`)
      .sort();
  }

  registrations(): readonly RegistrationEntry[] {
    return this.entries()
      .map(({ entry }) => entry)
      .filter(({ value }) => !this.unregistered.has(value))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** What a load balancer serves; nothing where it does not run. */
  lists({ unit, machine }: Pick<BalancerRef, 'unit' | 'machine'>): ServedLists | undefined {
    const service = this.services.find((one) => mainUnit(one) === unit)?.loadBalancer?.routes[0]?.service;
    const running = this.units.get(machine.id)?.get(unit)?.active === 'active';
    if (!running || service === undefined) return undefined;
    const backends = this.registrations()
      .filter(({ key }) => key.startsWith(`/services/${service}/`))
      .map(({ value }) => value);
    return { [service]: backends };
  }

  states(machine: string, names: readonly string[]): readonly ObservedUnit[] {
    return names.flatMap((name) => {
      const unit = this.on(machine).get(name);
      return unit ? [this.observed(name, machine, unit)] : [];
    });
  }

  private settle(machine: string, name: string): void {
    const unit = this.on(machine).get(name);
    if (unit?.active === 'activating') unit.active = 'active';
    expectNow(unit?.active === 'active', `${name} on ${machine} never becomes active`);
  }

  private isRegistered(key: string): boolean {
    return this.registrations().some((entry) => entry.key === key);
  }

  /** What the sidekicks of running main units register. */
  private entries(): readonly { main: string; machine: string; entry: RegistrationEntry }[] {
    return this.machines.flatMap(({ id, addresses }) =>
      this.services.flatMap((service) =>
        [...this.on(id)].flatMap(([main, unit]) => {
          const [head = '', tail = ''] = mainUnit(service).split('.service')[0]?.split('@') ?? [];
          const instance = service.template ? /@(.+)\.service$/.exec(main)?.[1] : undefined;
          const isMain = main === `${head}${service.template ? `@${instance ?? tail}` : ''}.service`;
          const sidekick = this.on(id).get(sidekickUnit(service).replace('@.', `@${instance ?? ''}.`));
          if (!isMain || unit.active !== 'active' || sidekick?.active !== 'active') return [];
          const entry = registrationEntry(service, instance, addresses, this.settings);
          return entry ? [{ main, machine: id, entry }] : [];
        }),
      ),
    );
  }

  private observed(name: string, machine: string, unit: SimulatedUnit): ObservedUnit {
    const { text, active, pid, reloadNeeded } = unit;
    const state = {
      name,
      machine,
      active,
      sub: subStates[active],
      result: 'success',
      mainPid: pid,
      restarts: 0,
      queued: false,
      reloadNeeded,
    };
    return text === undefined ? state : { ...state, text };
  }

  private on(machine: string): Map<string, SimulatedUnit> {
    const units = this.units.get(machine);
    if (!units) throw new Error(`there is no machine ${machine}`);
    return units;
  }

  private all(): readonly { name: string; machine: string; unit: SimulatedUnit }[] {
    return [...this.units].flatMap(([machine, units]) =>
      [...units].map(([name, unit]) => ({ name, machine, unit })),
    );
  }
}

/** What systemd says in more detail of a service in each state. */
const subStates = {
  active: 'running',
  reloading: 'reload',
  refreshing: 'refresh',
  activating: 'start',
  deactivating: 'stop',
  maintenance: 'cleaning',
  inactive: 'dead',
  failed: 'failed',
  unknown: 'unknown',
} as const satisfies Record<ActiveState, string>;

function runs({ active }: SimulatedUnit): boolean {
  return isRunning(active);
}

function options(text: string | undefined, unit: string, name: string): readonly string[] {
  const instance = /@(.+)\.service$/.exec(unit)?.[1] ?? '';
  return optionsOf(parseUnit(text ?? ''))
    .filter((option) => option.name === name)
    .map(({ value }) => value.replaceAll('%i', instance));
}

function expectNow(condition: unknown, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
