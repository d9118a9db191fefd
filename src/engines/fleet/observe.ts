import { readRules } from '../../placement/read-rules.ts';
import type { Observation, ObservedMachine, ObservedUnit } from '../../plan/observation.ts';
import { type ActiveState, isStopped } from '../../plan/unit-state.ts';
import { canonicalText } from '../../unit/serialise.ts';
import type { FleetUnit, FleetUnitState } from './api.ts';
import type { Snapshot } from './snapshot.ts';
import { notLoaded, notStarted } from './state-tracker.ts';
import { hasCurrentFile, machinesOf } from './unit-facts.ts';
import { whyUnscheduled } from './why-unscheduled.ts';

/** Turns a snapshot of fleet into what plans are made from; `owns` says which unit names are the project's. */
export function toObservation(
  snapshot: Snapshot,
  machines: readonly ObservedMachine[],
  owns: (unit: string) => boolean,
): Observation {
  const alive = new Set(machines.map(({ id }) => id));
  const all = [...snapshot.units.values()].map((unit) => ({
    unit,
    machineIds: machinesOf(unit, snapshot).filter((id) => alive.has(id)),
  }));
  const own = all.filter(({ unit }) => owns(unit.name));
  return {
    machines,
    units: own.flatMap(({ unit, machineIds }) => machineIds.map((id) => observedUnit(unit, id, snapshot))),
    foreign: [],
    unreachable: [],
    unplaced: own
      .filter(({ machineIds }) => machineIds.length === 0)
      .map(({ unit }) => ({
        name: unit.name,
        text: canonicalText(unit.options),
        shouldRun: unit.desiredState !== 'inactive',
        reasons: unit.desiredState === 'inactive' ? [] : whyUnscheduled(unit.name, snapshot, machines),
      })),
    neighbours: all
      .filter(({ unit }) => !owns(unit.name))
      .flatMap(({ unit, machineIds }) => {
        const rules = readRules(unit.options, unit.name);
        return machineIds.map((machine) => ({ name: unit.name, machine, rules }));
      }),
    scheduler: 'cluster',
  };
}

/** A unit on one machine, as plans and waits see it. fleet publishes no process ids. */
export function observedUnit(unit: FleetUnit, machine: string, snapshot: Snapshot): ObservedUnit {
  const state = snapshot.states.get(unit.name)?.find(({ machineID }) => machineID === machine);
  return {
    name: unit.name,
    machine,
    ...activeState(unit, state),
    result: 'success',
    mainPid: 0,
    restarts: 0,
    reloadNeeded: false,
    queued: false,
    text: canonicalText(unit.options),
  };
}

/** A change that the machine has not loaded yet counts as under way, whatever still runs there. */
function activeState(
  unit: FleetUnit,
  state: FleetUnitState | undefined,
): { readonly active: ActiveState; readonly sub: string } {
  if (!state) return { active: 'inactive', sub: notLoaded };
  const { systemdActiveState: active, systemdSubState: sub } = state;
  if (unit.desiredState === 'launched') {
    if (!hasCurrentFile(unit, state)) return { active: 'activating', sub: 'new file not loaded yet' };
    // Loaded again, on another machine or by a fleet that was restarted: its agent will start it.
    if (unit.currentState === 'loaded' && isStopped(active)) return { active: 'inactive', sub: notStarted };
  }
  return { active, sub };
}
