import { changeActions } from '../../plan/change-actions.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Io } from '../io.ts';
import { planText, summary } from './plan-text.ts';

/** Shows a plan as talk, before it is carried out. */
export function showPlan(plan: Plan, cluster: string, json: boolean, io: Io): void {
  if (json) io.out(planJson(plan, cluster));
  else io.err(`${planText(plan, `Plan for ${cluster}:`, io.paintErr) || summary(plan)}\n`);
}

/** Gives a plan as the answer. */
export function answerPlan(plan: Plan, cluster: string, json: boolean, io: Io): void {
  if (json) io.out(planJson(plan, cluster));
  else io.out(planText(plan, `Plan for ${cluster}:`, io.paintOut) || `${summary(plan)}\n`);
}

/** Gives what was done as the answer; a plan without changes was nothing to do. */
export function answerResult(plan: Plan, json: boolean, io: Io): void {
  if (json) {
    const changes = plan.changes.map(({ action, unit, machine }) => ({ action, unit, machine }));
    io.out(`${JSON.stringify({ version: 1, type: 'result', changes, unchanged: plan.unchanged })}\n`);
  } else if (plan.changes.length === 0) {
    io.out(`nothing to do: ${plan.unchanged.join(', ') || 'nothing runs'} as wanted\n`);
  } else {
    for (const { action, unit, machine } of plan.changes)
      io.out(`${changeActions[action].past} ${unit} on ${machine.name}\n`);
  }
}

function planJson(plan: Plan, cluster: string): string {
  return `${JSON.stringify({ type: 'plan', cluster, ...plan })}\n`;
}
