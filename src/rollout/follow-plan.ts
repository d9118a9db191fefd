import { assertNever, CoreshipError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { asPartial } from './as-partial.ts';
import type { Emit, RolloutEvent } from './events.ts';
import type { RolloutPorts } from './ports.ts';
import { rollOut } from './rollout.ts';
import type { StopConditions } from './stop-conditions.ts';

/** What a plan is carried out with. */
export interface FollowOptions {
  readonly ports: RolloutPorts;
  readonly stop: StopConditions;
  /** Receives the events of all plans; an index is the unit's in the agreed plan, and stays the same in later plans. */
  readonly emit: Emit;
  /** Plans what is left. */
  readonly replan: () => Promise<Plan>;
}

/** Plans for one command at most: a cluster that has not settled by then will not. */
const maxRounds = 10;

/**
 * Carries a plan out. Where the cluster chose another machine than the plan predicted, what is left is planned again.
 * Nobody is asked to agree again, as nothing else is done than what was agreed to. Resolves with the agreed plan, on the
 * machines that the cluster chose.
 * @throws CoreshipError as `rollOut`; whatever fails after the first round is `partial`
 */
export async function followPlan(agreed: Plan, { ports, stop, emit, replan }: FollowOptions): Promise<Plan> {
  const indexesIn = stableIndexes();
  const relocations = trackRelocations(emit);
  let plan = agreed;
  let worked = false;
  try {
    for (let round = 0; plan.changes.length > 0; round++) {
      if (round === maxRounds) throw unsettled();
      const indexes = indexesIn(plan);
      const emitStable: Emit = (event) =>
        relocations.emit({ ...event, index: indexes[event.index] ?? event.index });
      const { relocated } = await rollOut(plan, ports, emitStable, stop);
      worked = true;
      if (!relocated) break;
      plan = await replan();
    }
    return relocations.finish() ? await onChosenMachines(agreed, ports) : agreed;
  } catch (error) {
    throw worked ? asPartial(error, []) : error;
  }
}

/** Indexes of units across the plans of one command: a unit that a later plan has again keeps its index. */
function stableIndexes(): (plan: Plan) => readonly number[] {
  const units: string[] = [];
  return ({ changes }) => {
    const taken = new Set<number>();
    return changes.map(({ unit }) => {
      const known = units.findIndex((name, index) => name === unit && !taken.has(index));
      const index = known >= 0 ? known : units.push(unit) - 1;
      taken.add(index);
      return index;
    });
  };
}

/** Passes events on. `finish` ends the relocated changes that no later plan had to continue, and says whether any was. */
function trackRelocations(emit: Emit): { readonly emit: Emit; readonly finish: () => boolean } {
  const open = new Map<number, Extract<RolloutEvent, { type: 'change-relocated' }>>();
  let relocated = false;
  const note = (event: RolloutEvent): void => {
    switch (event.type) {
      case 'change-relocated':
        open.set(event.index, event);
        relocated = true;
        break;
      case 'change-done':
        open.delete(event.index);
        break;
      case 'change-started':
      case 'step-started':
      case 'step-waiting':
      case 'step-done':
      case 'change-failed':
        break;
      default:
        assertNever(event);
    }
  };
  return {
    emit: (event) => {
      note(event);
      emit(event);
    },
    finish: () => {
      for (const { index, change } of open.values()) emit({ type: 'change-done', index, change });
      return relocated;
    },
  };
}

/** The plan with the machines that the cluster chose. */
async function onChosenMachines(plan: Plan, { engine }: RolloutPorts): Promise<Plan> {
  const { units, machines } = await engine.observe(plan.changes.map(({ unit }) => unit));
  const changes = plan.changes.map((change) => {
    const id = units.find(({ name }) => name === change.unit)?.machine;
    const machine = machines.find((one) => one.id === id);
    return machine ? { ...change, machine: { id: machine.id, name: machine.name } } : change;
  });
  return { ...plan, changes };
}

function unsettled(): CoreshipError {
  return new CoreshipError('failed', 'the cluster keeps choosing machines that the plan did not predict', {
    hint: 'coreship status shows where units are; run the same command again to continue',
  });
}
