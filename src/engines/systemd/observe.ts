import { defined } from '../../defined.ts';
import { CoreshipError } from '../../errors.ts';
import type { ForeignUnit, Observation, ObservedMachine, ObservedUnit } from '../../plan/observation.ts';
import { isStopped } from '../../plan/unit-state.ts';
import { outputOf } from '../../ssh/output-of.ts';
import { readAddresses } from '../read-addresses.ts';
import type { SystemdMachine } from './machine-directory.ts';
import { observeScript } from './scripts.ts';
import { readStates, type ShownUnit } from './unit-states.ts';

/** The observation of a cluster, and its machines by the ids that they answered with. */
export interface ObservedMachines {
  readonly observation: Observation;
  readonly machines: ReadonlyMap<string, SystemdMachine>;
}

/** Observes all machines at once, with one command each. */
export async function observeMachines(
  machines: readonly SystemdMachine[],
  target: string,
  desired: readonly string[],
  signal?: AbortSignal,
): Promise<ObservedMachines> {
  const answers = await Promise.allSettled(
    machines.map((machine) => takeSnapshot(machine, target, desired, signal)),
  );
  const snapshots: MachineSnapshot[] = [];
  const unreachable: { name: string; reason: string; hint?: string }[] = [];
  for (const [index, answer] of answers.entries()) {
    const name = machines[index]?.name ?? '';
    if (answer.status === 'fulfilled') snapshots.push(answer.value);
    else unreachable.push({ name, ...explain(answer.reason) });
  }
  refuseSharedIds(snapshots);
  return {
    observation: {
      machines: snapshots.map(({ machine }) => machine),
      units: snapshots.flatMap(({ units }) => units),
      foreign: snapshots.flatMap(({ foreign }) => foreign),
      unreachable,
      unplaced: [],
      neighbours: [],
      scheduler: 'coreship',
    },
    machines: new Map(snapshots.map(({ machine, source }) => [machine.id, source])),
  };
}

/** What one machine answered. */
interface MachineSnapshot {
  readonly source: SystemdMachine;
  readonly machine: ObservedMachine;
  readonly units: readonly ObservedUnit[];
  readonly foreign: readonly ForeignUnit[];
}

async function takeSnapshot(
  source: SystemdMachine,
  target: string,
  desired: readonly string[],
  signal?: AbortSignal,
): Promise<MachineSnapshot> {
  const connection = await source.connect();
  const result = await connection.run(
    { words: ['sh', '-c', observeScript, 'sh', target, ...desired], root: true },
    defined({ signal }),
  );
  const output = outputOf(source.name, 'read its units', result, 'the machine must run systemd');
  return parseSnapshot(source, output, desired);
}

/** Parses the output of the observe script: facts and files first, then the blocks of `systemctl show`. */
function parseSnapshot(source: SystemdMachine, output: string, desired: readonly string[]): MachineSnapshot {
  const facts = new Map<string, string>();
  const files = new Map<string, string | undefined>();
  const lines = output.split('\n');
  let line = 0;
  for (; line < lines.length; line++) {
    const [word = '', first = '', second] = (lines[line] ?? '').split(' ');
    if (word === 'file') files.set(first, second === undefined ? undefined : decode(second));
    else if (word === 'machine-id') facts.set(word, first);
    else if (word === 'environment') facts.set(word, decode(first));
    else break;
  }
  const id = facts.get('machine-id') ?? '';
  const shown = readStates(lines.slice(line).join('\n'));
  return {
    source,
    machine: {
      id,
      name: source.name,
      metadata: source.metadata,
      addresses: readAddresses(facts.get('environment') ?? ''),
    },
    units: shown
      .filter((unit) => files.has(unit.state.name) && !isRemnant(unit, files))
      .map((unit) => observedUnit(unit, id, files)),
    foreign: shown
      .filter((unit) => !files.has(unit.state.name) && isForeign(unit))
      .map((unit) => ({ name: desiredName(unit, desired), machine: id, file: unit.fragment })),
  };
}

function observedUnit(
  unit: ShownUnit,
  machine: string,
  files: ReadonlyMap<string, string | undefined>,
): ObservedUnit {
  const text = files.get(unit.state.name);
  return { ...unit.state, machine, ...defined({ text }) };
}

/** A link that a killed run left without its file, and whose unit does not run. */
function isRemnant(unit: ShownUnit, files: ReadonlyMap<string, string | undefined>): boolean {
  return files.get(unit.state.name) === undefined && isStopped(unit.state.active);
}

/** The name that was asked for: asked for an alias, systemd answers with the unit's own name. */
function desiredName({ names, state }: ShownUnit, desired: readonly string[]): string {
  return desired.find((name) => names.includes(name)) ?? state.name;
}

/** Whether a unit is somebody else's: it has a file of its own or is masked, or comes from a template and runs. */
function isForeign(unit: ShownUnit): boolean {
  if (unit.fragment.endsWith(`/${unit.state.name}`) || unit.load === 'masked') return true;
  return unit.fragment !== '' && unit.state.active !== 'inactive';
}

function refuseSharedIds(snapshots: readonly MachineSnapshot[]): void {
  const names = new Map<string, string>();
  for (const { machine } of snapshots) {
    const other = names.get(machine.id);
    if (other !== undefined) {
      throw new CoreshipError(
        'failed',
        `${other} and ${machine.name} have the same machine id ${machine.id}`,
        {
          hint: 'one machine under two names, or a cloned disk: give the clone its own id with systemd-machine-id-setup(1)',
        },
      );
    }
    names.set(machine.id, machine.name);
  }
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

function explain(error: unknown): { reason: string; hint?: string } {
  if (!(error instanceof CoreshipError)) return { reason: String(error) };
  const reason = [error.message, ...error.details].join('\n');
  return { reason, ...defined({ hint: error.hint }) };
}
