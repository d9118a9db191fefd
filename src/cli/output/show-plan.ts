import type { Plan } from '../../plan/plan.ts';
import type { Io } from '../io.ts';
import { answer, jsonLine } from './answer.ts';
import { planText, resultText, summary } from './plan-text.ts';

/** Shows a plan before it is carried out: as talk, or as the first line of the JSON answer. */
export function showPlan(plan: Plan, cluster: string, json: boolean, io: Io): void {
  if (json) io.out(jsonLine('plan', { cluster, ...plan }));
  else io.err(`${planText(plan, `Plan for ${cluster}:`, io.paintErr) || summary(plan)}\n`);
}

/** Gives a plan as the answer. */
export function answerPlan(plan: Plan, cluster: string, json: boolean, io: Io): void {
  const text = planText(plan, `Plan for ${cluster}:`, io.paintOut) || `${summary(plan)}\n`;
  answer(io, json, 'plan', { cluster, ...plan }, text);
}

/** Gives what was done as the answer. */
export function answerResult(plan: Plan, json: boolean, io: Io): void {
  const changes = plan.changes.map(({ action, unit, machine }) => ({ action, unit, machine }));
  answer(io, json, 'result', { changes, unchanged: plan.unchanged }, resultText(plan));
}
