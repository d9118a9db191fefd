import { readRules } from '../../placement/read-rules.ts';
import type { Observation, ObservedMachine, ObservedUnit } from '../../plan/observation.ts';
import { type ActiveState, isStopped } from '../../plan/unit-state.ts';
import { canonicalText } from '../../unit/serialise.ts';
import type { FleetUnit, FleetUnitState } from './api.ts';
import { whyNoMachine } from './explain.ts';
import { notLoaded, notStarted } from './follow-states.ts';
import { homesOf, type Look, landed } from './look.ts';

/** Turns a look at fleet into what plans are made from; `owned` says which unit names are the project's. */
export function toObservation(
  look: Look,
  machines: readonly ObservedMachine[],
  owned: (unit: string) => boolean,
): Observation {
  const alive = new Set(machines.map(({ id }) => id));
  const units = [...look.units.values()].map((unit) => ({
    unit,
    homes: homesOf(unit, look).filter((id) => alive.has(id)),
  }));
  const own = units.filter(({ unit }) => owned(unit.name));
  return {
    machines,
    units: own.flatMap(({ unit, homes }) => homes.map((machine) => observed(unit, machine, look))),
    foreign: [],
    unreachable: [],
    unplaced: own
      .filter(({ homes }) => homes.length === 0)
      .map(({ unit }) => ({
        name: unit.name,
        text: canonicalText(unit.options),
        shouldRun: unit.desiredState !== 'inactive',
        reasons: unit.desiredState === 'inactive' ? [] : whyNoMachine(unit.name, look, machines),
      })),
    neighbours: units
      .filter(({ unit }) => !owned(unit.name))
      .flatMap(({ unit, homes }) => {
        const rules = readRules(unit.options, unit.name);
        return homes.map((machine) => ({ name: unit.name, machine, rules }));
      }),
    scheduler: 'cluster',
  };
}

/** A unit on one machine, as plans and waits see it. fleet tells no process ids. */
export function observed(unit: FleetUnit, machine: string, look: Look): ObservedUnit {
  const state = look.states.get(unit.name)?.find(({ machineID }) => machineID === machine);
  return {
    name: unit.name,
    machine,
    ...inSystemdsWords(unit, state),
    result: 'success',
    mainPid: 0,
    restarts: 0,
    reloadNeeded: false,
    queued: false,
    text: canonicalText(unit.options),
  };
}

/** A change that the machine has not taken over yet is on its way, whatever still runs there. */
function inSystemdsWords(
  unit: FleetUnit,
  state: FleetUnitState | undefined,
): { active: ActiveState; sub: string } {
  if (!state) return { active: 'inactive', sub: notLoaded };
  if (!landed(unit, state) && unit.desiredState === 'launched')
    return { active: 'activating', sub: 'new file not loaded yet' };
  // Loaded anew, on another machine or by a fleet that was restarted: its agent will start it.
  const { systemdActiveState: active, systemdSubState: sub } = state;
  if (unit.desiredState === 'launched' && unit.currentState === 'loaded' && isStopped(active))
    return { active: 'inactive', sub: notStarted };
  return { active, sub };
}
