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

/** One change in few words: `create apache@7777.service on lab-1`. */
export function changeTitle({ action, unit, from, machine }: Change): string {
  return `${action} ${unit} ${from ? `from ${from.name} to ${machine.name}` : `on ${machine.name}`}`;
}

/** What was done, a line for each change; a plan without changes was nothing to do. */
export function resultText({ changes, unchanged }: Plan): string {
  if (changes.length > 0)
    return changes
      .map(({ action, unit, machine }) => `${changeActions[action].past} ${unit} on ${machine.name}\n`)
      .join('');
  if (unchanged.length === 0) return 'nothing to do\n';
  const count = unchanged.length === 1 ? '1 instance is' : `${unchanged.length} instances are`;
  const names = unchanged.length <= mostNames ? ` (${unchanged.join(', ')})` : '';
  return `nothing to do: ${count} as desired${names}\n`;
}

/** Instances that an answer names rather than only counts. */
const mostNames = 5;

/** One change: what happens where and why, and its files. */
export function changeText(change: Change, paint: Paint): string {
  const { mark, colour } = changeActions[change.action];
  const head = paint(colour, `${mark} ${changeTitle(change)}`);
  return [`  ${head}: ${change.reason}`, ...change.files.map((file) => fileText(file, change, paint))].join(
    '\n',
  );
}

/** The files of a new instance were reviewed in the project; only a difference to the machine is worth showing. */
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
