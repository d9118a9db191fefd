import { unifiedDiff } from '../../plan/unified-diff.ts';
import type { StaleFile } from '../../project/stale-files.ts';
import type { Paint } from './paint.ts';
import { diffLine } from './plan-text.ts';

/** A file that is not as coreship.yaml describes it. */
export interface RenderRow {
  readonly path: string;
  readonly state: StaleFile['state'] | 'left over';
  /** From what is on disk to what is rendered; empty where only the mode differs or the file is left over. */
  readonly diff: string;
}

/** The files that `render` writes or removes. */
export function renderRows(stale: readonly StaleFile[], leftOver: readonly string[]): readonly RenderRow[] {
  return [
    ...stale.map(({ path, state, current, expected }) => ({
      path,
      state,
      diff: unifiedDiff(current ?? '', expected, {
        from: `${path} on disk`,
        to: `${path} as coreship.yaml says`,
      }),
    })),
    ...leftOver.map((path) => ({ path, state: 'left over', diff: '' }) as const),
  ];
}

/** What `render --check` found, with the diffs. */
export function checkText(rows: readonly RenderRow[], paint: Paint): string {
  return rows
    .flatMap(({ path, state, diff }) => [
      `${path}: ${state}`,
      ...diff
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => diffLine(line, paint)),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

/** What `render` did; `count` is the number of rendered files. */
export function renderText(rows: readonly RenderRow[], count: number): string {
  if (rows.length === 0) return `nothing to do: ${count} files are as coreship.yaml says\n`;
  return rows.map(({ path, state }) => `${state === 'left over' ? 'removed' : 'wrote'} ${path}\n`).join('');
}
