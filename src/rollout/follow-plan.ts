import { CoreshipError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { Emit } from './events.ts';
import type { RolloutPorts } from './ports.ts';
import { asPartial, rollOut, type StopConditions } from './rollout.ts';

/** What a plan is carried out with. */
export interface FollowOptions {
  readonly ports: RolloutPorts;
  readonly limits: StopConditions;
  /** Told of every step; the index is the unit's, in the agreed plan or behind it, in whichever plan it comes up. */
  readonly emit: Emit;
  /** Plans again, for what is left. */
  readonly replan: () => Promise<Plan>;
}

/** Plans made anew for one command: a cluster that has not settled by then will not. */
const mostRounds = 10;

/**
 * Rolls a plan out. Where the cluster has put something elsewhere than foretold, what is left is planned again: nobody
 * is asked, for nothing else is done than what was agreed to. Resolves with the plan as it landed: on the machines that
 * the cluster chose.
 * @throws CoreshipError as `rollOut`; whatever fails after the first round is `partial`
 */
export async function followPlan(agreed: Plan, options: FollowOptions): Promise<Plan> {
  const { ports, limits, replan } = options;
  const number = numbering();
  const told = tellEnds(options.emit);
  let plan = agreed;
  let worked = false;
  try {
    for (let round = 0; plan.changes.length > 0; round++) {
      if (round === mostRounds) throw unsettled();
      const numbers = number(plan);
      const emit: Emit = (event) => told.emit({ ...event, index: numbers[event.index] ?? event.index });
      const { relocated } = await rollOut(plan, ports, emit, limits);
      worked = true;
      if (!relocated) break;
      plan = await replan();
    }
    return told.finish() ? await asLanded(agreed, ports) : agreed;
  } catch (error) {
    throw worked ? asPartial(error, []) : error;
  }
}

/** Numbers the units of one command: a unit that comes up again in a later plan keeps its number. */
function numbering(): (plan: Plan) => readonly number[] {
  const units: string[] = [];
  return ({ changes }) => {
    const taken = new Set<number>();
    return changes.map(({ unit }) => {
      const known = units.findIndex((name, at) => name === unit && !taken.has(at));
      const at = known >= 0 ? known : units.push(unit) - 1;
      taken.add(at);
      return at;
    });
  };
}

/** Says at the end that what landed elsewhere is done, where no later plan had to look after it. */
function tellEnds(emit: Emit) {
  const open = new Map<number, Parameters<Emit>[0] & { type: 'change-relocated' }>();
  let moved = false;
  return {
    emit: (event: Parameters<Emit>[0]): void => {
      if (event.type === 'change-relocated') {
        open.set(event.index, event);
        moved = true;
      } else if (event.type === 'change-done') open.delete(event.index);
      emit(event);
    },
    finish: (): boolean => {
      for (const { index, change } of open.values()) emit({ type: 'change-done', index, change });
      return moved;
    },
  };
}

/** The plan with the machines that the cluster chose. */
async function asLanded(plan: Plan, { engine }: RolloutPorts): Promise<Plan> {
  const { units, machines } = await engine.observe(plan.changes.map(({ unit }) => unit));
  const changes = plan.changes.map((change) => {
    const id = units.find(({ name }) => name === change.unit)?.machine;
    const machine = machines.find((one) => one.id === id);
    return machine ? { ...change, machine: { id: machine.id, name: machine.name } } : change;
  });
  return { ...plan, changes };
}

function unsettled(): CoreshipError {
  return new CoreshipError('failed', 'the cluster keeps choosing other machines than it could be foretold', {
    hint: 'coreship status shows where units are; run the same command again to go on',
  });
}
