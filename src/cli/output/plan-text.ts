import { changeActions, rankedActions } from '../../plan/change-actions.ts';
import type { Change, FileChange, Plan } from '../../plan/plan.ts';
import type { Paint } from './paint.ts';

/** A plan as text: what happens to each instance, why, and the diffs of its files. */
export function planText(plan: Plan, title: string, paint: Paint): string {
  if (plan.changes.length === 0) return '';
  return [
    `${title}\n`,
    ...plan.changes.map((change) => changeText(change, paint)),
    '',
    `${summary(plan)}\n`,
  ].join('\n');
}

/** `2 to create, 1 to remove; 3 unchanged`. */
export function summary(plan: Plan): string {
  const counts = rankedActions
    .map((action) => ({ action, count: plan.changes.filter((change) => change.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(({ action, count }) => `${count} to ${action}`);
  const unchanged = plan.unchanged.length > 0 ? `; ${plan.unchanged.length} unchanged` : '';
  return `Plan: ${counts.join(', ') || 'nothing to do'}${unchanged}`;
}

/** One change: what happens where and why, and its files. */
export function changeText(change: Change, paint: Paint): string {
  const { mark, colour } = changeActions[change.action];
  const where = change.from
    ? `from ${change.from.name} to ${change.machine.name}`
    : `on ${change.machine.name}`;
  const head = paint(colour, `${mark} ${change.action} ${change.unit} ${where}`);
  return [`  ${head}: ${change.reason}`, ...change.files.map((file) => fileText(file, change, paint))].join(
    '\n',
  );
}

/** A new instance's files are the ones under review already; only what differs is worth showing again. */
function fileText(file: FileChange, change: Change, paint: Paint): string {
  const mark = { add: '+', change: '~', remove: '-' }[file.action];
  const head = `      ${mark} ${file.unit}`;
  if (file.action !== 'change' || change.action === 'create') return head;
  return [
    head,
    ...file.diff
      .trimEnd()
      .split('\n')
      .map((line) => `        ${diffLine(line, paint)}`),
  ].join('\n');
}

/** Colours one line of a unified diff. */
export function diffLine(line: string, paint: Paint): string {
  if (line.startsWith('+') && !line.startsWith('+++')) return paint('green', line);
  if (line.startsWith('-') && !line.startsWith('---')) return paint('red', line);
  return line.startsWith('@@') ? paint('cyan', line) : line;
}
