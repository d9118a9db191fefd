import type { Engine } from '../../src/engines/engine.ts';
import { CoreshipError, type Problem } from '../../src/errors.ts';
import type { Observation } from '../../src/plan/observation.ts';
import type { UnitState } from '../../src/plan/unit-state.ts';
import type { UnitText } from '../../src/services/unit-groups.ts';

/** The observation of a cluster without machines. */
export const nothingObserved: Observation = {
  machines: [],
  units: [],
  foreign: [],
  unreachable: [],
  unplaced: [],
  neighbours: [],
  scheduler: 'coreship',
};

/** An engine that writes down what it was asked to do. Units become active when they are started. */
export class FakeEngine implements Engine {
  readonly calls: string[] = [];
  readonly units = new Map<string, UnitState>();
  readonly journals = new Map<string, readonly string[]>();
  /** What `confd-watch status --json` says on each machine; a machine without an answer fails. */
  readonly answers = new Map<string, string>();
  /** Why states cannot be read just now. */
  unreachable: Error | undefined;
  maxParallelChanges = 1;
  /** Calls that fail, by their text. */
  readonly failing = new Map<string, Error>();

  observe(): Promise<Observation> {
    return Promise.resolve(nothingObserved);
  }

  install(machine: string, units: readonly UnitText[]): Promise<void> {
    return this.call(`install ${units.map(({ name }) => name).join(' ')} on ${machine}`);
  }

  start(machine: string, units: readonly string[]): Promise<void> {
    for (const name of units) if (!this.units.has(name)) this.set(name, {});
    return this.call(`start ${units.join(' ')} on ${machine}`);
  }

  stop(machine: string, units: readonly string[]): Promise<void> {
    for (const name of units) this.set(name, { active: 'inactive', sub: 'dead', mainPid: 0 });
    return this.call(`stop ${units.join(' ')} on ${machine}`);
  }

  remove(machine: string, units: readonly string[]): Promise<void> {
    return this.call(`remove ${units.join(' ')} on ${machine}`);
  }

  states(_machine: string, units: readonly string[]): Promise<readonly UnitState[]> {
    if (this.unreachable) return Promise.reject(this.unreachable);
    return Promise.resolve(units.flatMap((name) => this.units.get(name) ?? []));
  }

  journal(_machine: string, unit: string, lines: number): Promise<readonly string[]> {
    const journal = this.journals.get(unit);
    return journal ? Promise.resolve(journal.slice(-lines)) : Promise.reject(new Error('no journal'));
  }

  run(machine: string, words: readonly string[]): Promise<string> {
    const answer = this.answers.get(machine);
    if (answer !== undefined) return Promise.resolve(answer);
    return Promise.reject(new CoreshipError('failed', `${machine}: could not ${words.join(' ')} (status 1)`));
  }

  awaitPlacement(_units: readonly string[]): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  toStoredForm({ text }: UnitText): string {
    return text;
  }

  lint(): readonly Problem[] {
    return [];
  }

  /** Sets what a unit's state is; what is left out is as it was, or as of a unit that runs. */
  set(name: string, state: Partial<UnitState>): void {
    const usual: UnitState = {
      name,
      active: 'active',
      sub: 'running',
      result: 'success',
      mainPid: 100,
      restarts: 0,
      queued: false,
      reloadNeeded: false,
    };
    this.units.set(name, { ...usual, ...this.units.get(name), ...state });
  }

  private call(text: string): Promise<void> {
    this.calls.push(text);
    const error = this.failing.get(text);
    return error ? Promise.reject(error) : Promise.resolve();
  }
}
