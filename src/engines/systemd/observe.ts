import { CoreshipError } from '../../errors.ts';
import type { ForeignUnit, Observation, ObservedMachine, ObservedUnit } from '../../plan/observation.ts';
import { isStopped } from '../../plan/unit-state.ts';
import { outputOf } from '../../ssh/output-of.ts';
import { readAddresses } from '../read-addresses.ts';
import type { SystemdMachine } from './machine.ts';
import { observeScript } from './scripts.ts';
import { readStates, type ShownUnit } from './unit-states.ts';

/** What was seen, and which machine answered under which id. */
export interface ObservedMachines {
  readonly observation: Observation;
  readonly machines: ReadonlyMap<string, SystemdMachine>;
}

/** Looks at all machines at once, one command each. */
export async function observeMachines(
  machines: readonly SystemdMachine[],
  target: string,
  desired: readonly string[],
  signal?: AbortSignal,
): Promise<ObservedMachines> {
  const looks = await Promise.allSettled(machines.map((machine) => look(machine, target, desired, signal)));
  const seen: MachineLook[] = [];
  const unreachable: { name: string; reason: string; hint?: string }[] = [];
  for (const [index, outcome] of looks.entries()) {
    const name = machines[index]?.name ?? '';
    if (outcome.status === 'fulfilled') seen.push(outcome.value);
    else unreachable.push({ name, ...explain(outcome.reason) });
  }
  refuseSharedIds(seen);
  return {
    observation: {
      machines: seen.map(({ machine }) => machine),
      units: seen.flatMap(({ units }) => units),
      foreign: seen.flatMap(({ foreign }) => foreign),
      unreachable,
      unplaced: [],
      neighbours: [],
      scheduler: 'coreship',
    },
    machines: new Map(seen.map(({ machine, source }) => [machine.id, source])),
  };
}

interface MachineLook {
  readonly source: SystemdMachine;
  readonly machine: ObservedMachine;
  readonly units: readonly ObservedUnit[];
  readonly foreign: readonly ForeignUnit[];
}

async function look(
  source: SystemdMachine,
  target: string,
  desired: readonly string[],
  signal?: AbortSignal,
): Promise<MachineLook> {
  const connection = await source.connect();
  const result = await connection.run(
    { words: ['sh', '-c', observeScript, 'sh', target, ...desired], root: true },
    signal ? { signal } : {},
  );
  const output = outputOf(source.name, 'look at its units', result, 'the machine must run systemd');
  return readLook(source, output, desired);
}

/** Reads what the observe script prints: facts and files first, then the blocks of `systemctl show`. */
function readLook(source: SystemdMachine, output: string, desired: readonly string[]): MachineLook {
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
      .map((unit) => observed(unit, id, files)),
    foreign: shown
      .filter((unit) => !files.has(unit.state.name) && inTheWay(unit))
      .map((unit) => ({ name: wantedName(unit, desired), machine: id, file: unit.fragment })),
  };
}

function observed(
  unit: ShownUnit,
  machine: string,
  files: ReadonlyMap<string, string | undefined>,
): ObservedUnit {
  const text = files.get(unit.state.name);
  return { ...unit.state, machine, ...(text === undefined ? {} : { text }) };
}

/** A link that a killed run left without its file, and whose unit does not run: nothing to speak of. */
function isRemnant(unit: ShownUnit, files: ReadonlyMap<string, string | undefined>): boolean {
  return files.get(unit.state.name) === undefined && isStopped(unit.state.active);
}

/** systemd answers with a unit's own name where it was asked by an alias. */
function wantedName({ names, state }: ShownUnit, desired: readonly string[]): string {
  return desired.find((name) => names.includes(name)) ?? state.name;
}

/** A file of that very name is somebody else's; an instance of somebody's template only while it runs. */
function inTheWay(unit: ShownUnit): boolean {
  if (unit.fragment.endsWith(`/${unit.state.name}`) || unit.load === 'masked') return true;
  return unit.fragment !== '' && unit.state.active !== 'inactive';
}

function refuseSharedIds(looks: readonly MachineLook[]): void {
  const names = new Map<string, string>();
  for (const { machine } of looks) {
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
  return error.hint === undefined ? { reason } : { reason, hint: error.hint };
}
