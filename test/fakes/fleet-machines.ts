import { globMatches } from '../../src/placement/glob.ts';
import { readRules } from '../../src/placement/read-rules.ts';
import { reasonsAgainst, reasonsAgainstMachine } from '../../src/placement/reasons-against.ts';
import { unitHash } from '../../src/unit/serialise.ts';
import { expandSpecifiers } from '../../src/unit/specifiers.ts';
import type { UnitOption } from '../../src/unit/unit-file.ts';

/** A unit of the registry. */
export interface RegisteredUnit {
  readonly name: string;
  options: readonly UnitOption[];
  desired: string;
  machine?: string;
}

/** A unit as a machine's agent has it. */
export interface LoadedUnit {
  hash: string;
  options: readonly UnitOption[];
  /** Whether the agent has asked for a start: fleet takes it for running then, whatever systemd says. */
  launched: boolean;
  active: string;
  sub: string;
  /** Steps until a slow start is over. */
  slow: number;
}

export interface FakeMachine {
  readonly id: string;
  readonly primaryIP: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The machines behind a fake fleetd: scheduling, agents and a little of systemd, a step at a time. */
export class FleetMachines {
  /** In the order of their ids, which decides among machines with equally many units. */
  machines: readonly FakeMachine[];
  readonly agents = new Map<string, Map<string, LoadedUnit>>();
  /** Steps that an agent takes to unload a unit. */
  unloadSteps = 1;
  /** Steps between an agent's rounds while nothing wakes it. */
  idleSteps = 1;
  /** Unloads after which an agent leaves all else to its next round, having taken one for a failure. */
  unloadsInRound = Number.POSITIVE_INFINITY;
  private stepsSinceRound = 0;
  /** Units whose agents have been told to forget them, and how many steps are left. */
  private readonly leaving = new Map<LoadedUnit, number>();

  constructor(machines: readonly FakeMachine[]) {
    this.machines = machines;
    for (const { id } of machines) this.agents.set(id, new Map());
  }

  /** Agents do what is scheduled, then units without a machine are scheduled: one round of both. */
  step(units: ReadonlyMap<string, RegisteredUnit>): void {
    this.stepsSinceRound += 1;
    if (this.stepsSinceRound >= this.idleSteps) {
      this.stepsSinceRound = 0;
      for (const { id } of this.machines) this.runAgent(id, units);
    }
    this.schedule(units);
  }

  /** A state was written: agents see that at once. */
  wake(): void {
    this.stepsSinceRound = this.idleSteps;
  }

  /** A machine dies, and its lease has run out. */
  lose(machine: string): void {
    this.machines = this.machines.filter(({ id }) => id !== machine);
    this.agents.delete(machine);
  }

  /** A machine comes, or comes back with nothing on it. */
  join(machine: FakeMachine): void {
    this.machines = [...this.machines, machine].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.agents.set(machine.id, new Map());
  }

  loaded(machine: string, name: string): LoadedUnit | undefined {
    return this.agents.get(machine)?.get(name);
  }

  /** The machines that still have a unit. */
  holders(name: string): readonly string[] {
    return [...this.agents].filter(([, units]) => units.has(name)).map(([machine]) => machine);
  }

  private schedule(units: ReadonlyMap<string, RegisteredUnit>): void {
    const sorted = [...units.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const unit of sorted) {
      if (rulesOf(unit).global) continue;
      if (unit.desired === 'inactive' || (unit.machine && !this.allows(unit, unit.machine, sorted)))
        delete unit.machine;
    }
    for (const unit of sorted) {
      if (unit.machine || unit.desired === 'inactive' || rulesOf(unit).global) continue;
      const load = (id: string): number => sorted.filter((other) => other.machine === id).length;
      const choice = [...this.machines]
        .sort((a, b) => load(a.id) - load(b.id))
        .find(({ id }) => this.allows(unit, id, sorted));
      if (choice) unit.machine = choice.id;
    }
  }

  private allows(unit: RegisteredUnit, id: string, all: readonly RegisteredUnit[]): boolean {
    const machine = this.machines.find((one) => one.id === id);
    const there = all
      .filter((other) => other.machine === id)
      .map((other) => ({ name: other.name, rules: rulesOf(other) }));
    return (
      machine !== undefined &&
      reasonsAgainst({ name: unit.name, rules: rulesOf(unit) }, machine, there).length === 0
    );
  }

  private runAgent(id: string, units: ReadonlyMap<string, RegisteredUnit>): void {
    const machine = this.machines.find((one) => one.id === id);
    const agent = this.agents.get(id) ?? new Map<string, LoadedUnit>();
    const mine = (unit: RegisteredUnit): boolean => {
      const rules = rulesOf(unit);
      if (!rules.global) return unit.machine === id;
      return (
        unit.desired !== 'inactive' &&
        machine !== undefined &&
        reasonsAgainstMachine(rules, machine).length === 0
      );
    };
    let unloads = 0;
    for (const [name, loaded] of agent) {
      const unit = units.get(name);
      if (!unit || !mine(unit)) {
        this.unload(agent, name, loaded);
        unloads += 1;
        if (unloads === this.unloadsInRound) return;
      } else if (loaded.hash !== unitHash(unit.options)) agent.delete(name);
    }
    const wanted = [...units.values()].filter(mine);
    for (const { name, options } of wanted) {
      if (!agent.has(name))
        agent.set(name, {
          hash: unitHash(options),
          options,
          launched: false,
          active: 'inactive',
          sub: 'dead',
          slow: 0,
        });
    }
    for (const { name, desired } of wanted) {
      const loaded = agent.get(name);
      if (!loaded) continue;
      settle(loaded);
      if (desired === 'launched' && !loaded.launched) {
        loaded.launched = true;
        start(agent, name);
      } else if (desired === 'loaded' && loaded.launched) {
        loaded.launched = false;
        stop(agent, name);
      }
    }
  }

  private unload(agent: Map<string, LoadedUnit>, name: string, loaded: LoadedUnit): void {
    const left = this.leaving.get(loaded) ?? this.unloadSteps;
    this.leaving.set(loaded, left - 1);
    if (left > 1) return;
    agent.delete(name);
    stop(agent, name);
  }
}

/** systemd's side: a unit starts only where all that it requires is there, and brings it up; it is asked for once. */
function start(agent: Map<string, LoadedUnit>, name: string): void {
  const unit = agent.get(name);
  if (!unit || ['active', 'activating'].includes(unit.active)) return;
  const required = ['Requires', 'BindsTo'].flatMap((option) => named(unit, name, option)).filter(isUnit);
  if (required.some((other) => !agent.has(other))) return;
  Object.assign(unit, startOf(unit));
  for (const other of [...required, ...named(unit, name, 'Wants').filter(isUnit)]) start(agent, other);
}

function stop(agent: Map<string, LoadedUnit>, name: string): void {
  const unit = agent.get(name);
  if (unit) Object.assign(unit, { active: 'inactive', sub: 'dead', slow: 0 });
  for (const [other, bound] of agent) {
    const binds = ['BindsTo', 'Requires'].some((option) => named(bound, other, option).includes(name));
    if (other !== name && binds && ['active', 'activating'].includes(bound.active)) stop(agent, other);
  }
}

/** How a start goes, told by the commands that the recordings use. */
function startOf({ options }: LoadedUnit): Partial<LoadedUnit> {
  const value = (name: string): string => options.find((option) => option.name === name)?.value ?? '';
  if (value('ExecStart').includes('/bin/false')) return { active: 'failed', sub: 'failed' };
  if (value('Type') === 'oneshot') return { active: 'inactive', sub: 'dead' };
  if (value('ExecStartPre') !== '') return { active: 'activating', sub: 'start-pre', slow: 8 };
  return { active: 'active', sub: 'running' };
}

function settle(unit: LoadedUnit): void {
  if (unit.active !== 'activating') return;
  unit.slow -= 1;
  if (unit.slow <= 0) Object.assign(unit, { active: 'active', sub: 'running' });
}

function named({ options }: LoadedUnit, name: string, option: string): readonly string[] {
  return options
    .filter((one) => one.section === 'Unit' && one.name === option)
    .map(({ value }) => expandSpecifiers(value, name));
}

/** Units of the machine itself, such as docker.service, are always there. */
function isUnit(name: string): boolean {
  return (
    !globMatches('docker.service', name) && !globMatches('etcd*.service', name) && !name.endsWith('.target')
  );
}

function rulesOf({ name, options }: RegisteredUnit) {
  return readRules(options, name);
}
