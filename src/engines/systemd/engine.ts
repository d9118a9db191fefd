import { CoreshipError } from '../../errors.ts';
import type { UnitText } from '../../services/unit-groups.ts';
import { outputOf } from '../../ssh/output-of.ts';
import type { Engine } from '../engine.ts';
import type { SystemdMachine } from './machine.ts';
import { observeMachines } from './observe.ts';
import { installScript, removeScript, startScript, statesScript, stopScript } from './scripts.ts';
import { readStates } from './unit-states.ts';

/** What the systemd engine needs of its cluster. */
export interface SystemdCluster {
  /** Name of the project; its units hang on `coreship-<project>.target`. */
  readonly project: string;
  readonly machines: readonly SystemdMachine[];
}

/** Milliseconds that a stop may take: the unit's own TimeoutStopSec is shorter. */
const stopTimeoutMs = 120_000;

/** The engine for plain systemd machines: no agent, one batched command per machine and phase. */
export function systemdEngine(cluster: SystemdCluster): Engine {
  const target = `coreship-${cluster.project}.target`;
  const byId = new Map<string, SystemdMachine>();

  const onMachine = async (
    id: string,
    words: readonly string[],
    options: RunOptions = {},
  ): Promise<string> => {
    const machine = byId.get(id);
    if (!machine) throw new CoreshipError('bug', `machine ${id} has not been observed`);
    const connection = await machine.connect();
    const result = await connection.run(
      { words, root: true, ...(options.stdin === undefined ? {} : { stdin: options.stdin }) },
      options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs },
    );
    return outputOf(machine.name, options.what ?? words.join(' '), result);
  };
  const script = (
    id: string,
    text: string,
    what: string,
    args: readonly string[],
    options: RunOptions = {},
  ) => onMachine(id, ['sh', '-c', text, 'sh', ...args], { ...options, what });

  return {
    observe: async (desired, signal) => {
      const { observation, machines } = await observeMachines(cluster.machines, target, desired, signal);
      for (const [id, machine] of machines) byId.set(id, machine);
      return observation;
    },
    install: async (machine, units) => {
      const stdin = units.map(installLine).join('');
      await script(machine, installScript, 'install units', [target, cluster.project], { stdin });
    },
    start: async (machine, units) => {
      await script(machine, startScript, `start ${units.join(' ')}`, units);
    },
    stop: async (machine, units) => {
      await script(machine, stopScript, `stop ${units.join(' ')}`, units, { timeoutMs: stopTimeoutMs });
    },
    remove: async (machine, units) => {
      await script(machine, removeScript, `remove ${units.join(' ')}`, [target, ...units]);
    },
    states: async (machine, units) =>
      readStates(await script(machine, statesScript, 'read unit states', units)).map(({ state }) => state),
    journal: async (machine, unit, lines) => {
      const output = await onMachine(machine, [
        'journalctl',
        '--no-pager',
        '--output=cat',
        `--lines=${lines}`,
        '--unit',
        unit,
      ]);
      return output.split('\n').filter((line) => line !== '');
    },
    run: (machine, words) => onMachine(machine, words),
    awaitPlacement: () => Promise.resolve(undefined),
    maxParallelChanges: 1,
    toStoredForm: ({ text }) => text,
    lint: () => [],
  };
}

interface RunOptions {
  readonly stdin?: string;
  readonly timeoutMs?: number;
  /** What is being done, for messages. */
  readonly what?: string;
}

function installLine(unit: UnitText): string {
  return `${unit.name} ${Buffer.from(unit.text).toString('base64')}\n`;
}
