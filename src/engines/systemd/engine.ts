import { defined } from '../../defined.ts';
import type { UnitText } from '../../services/unit-groups.ts';
import { outputOf } from '../../ssh/output-of.ts';
import type { Engine } from '../engine.ts';
import { createMachineDirectory, type SystemdMachine } from './machine-directory.ts';
import { observeMachines } from './observe.ts';
import { installScript, removeScript, startScript, statesScript, stopScript } from './scripts.ts';
import { readStates } from './unit-states.ts';

/** What the systemd engine needs to know of its cluster. */
export interface SystemdCluster {
  /** Name of the project; its units are wanted by `coreship-<project>.target`. */
  readonly project: string;
  readonly machines: readonly SystemdMachine[];
}

/** Milliseconds that a stop may take; the TimeoutStopSec= of a unit is shorter. */
const stopTimeoutMs = 120_000;

/** The engine for plain systemd machines: no agent, one batched command for each machine and phase. */
export function systemdEngine(cluster: SystemdCluster): Engine {
  const target = `coreship-${cluster.project}.target`;
  const directory = createMachineDirectory(cluster.machines);

  const runOn = async (
    id: string,
    words: readonly string[],
    { action = words.join(' '), stdin, timeoutMs }: CommandOptions = {},
  ): Promise<string> => {
    const machine = await directory.find(id);
    const connection = await machine.connect();
    const result = await connection.run({ words, root: true, ...defined({ stdin }) }, defined({ timeoutMs }));
    return outputOf(machine.name, action, result);
  };
  const runScript = (
    id: string,
    text: string,
    action: string,
    args: readonly string[],
    options: CommandOptions = {},
  ) => runOn(id, ['sh', '-c', text, 'sh', ...args], { ...options, action });

  return {
    observe: async (desired, signal) => {
      const { observation, machines } = await observeMachines(cluster.machines, target, desired, signal);
      for (const [id, machine] of machines) directory.add(id, machine);
      return observation;
    },
    install: async (machine, units) => {
      const stdin = units.map(installLine).join('');
      await runScript(machine, installScript, 'install units', [target, cluster.project], { stdin });
    },
    start: async (machine, units) => {
      await runScript(machine, startScript, `start ${units.join(' ')}`, units);
    },
    stop: async (machine, units) => {
      const action = `stop ${units.join(' ')}`;
      await runScript(machine, stopScript, action, units, { timeoutMs: stopTimeoutMs });
    },
    remove: async (machine, units) => {
      await runScript(machine, removeScript, `remove ${units.join(' ')}`, [target, ...units]);
    },
    states: async (machine, units) => {
      const output = await runScript(machine, statesScript, 'read unit states', units);
      return readStates(output).map(({ state }) => state);
    },
    journal: async (machine, unit, lines) => {
      const words = ['journalctl', '--no-pager', '--output=cat', `--lines=${lines}`, '--unit', unit];
      const output = await runOn(machine, words);
      return output.split('\n').filter((line) => line !== '');
    },
    run: (machine, words) => runOn(machine, words),
    awaitPlacement: () => Promise.resolve(undefined),
    maxParallelChanges: 1,
    toStoredForm: ({ text }) => text,
    lint: () => [],
  };
}

interface CommandOptions {
  readonly stdin?: string;
  readonly timeoutMs?: number;
  /** Completes "could not ..." in errors. Default: the command itself. */
  readonly action?: string;
}

/** A line of the install script's standard input. */
function installLine(unit: UnitText): string {
  return `${unit.name} ${Buffer.from(unit.text).toString('base64')}\n`;
}
