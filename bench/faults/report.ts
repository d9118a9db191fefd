import type { Steady } from '../../test/support/faults/steady.ts';
import type { Row } from './summary.ts';

/** What one chain came to. */
export interface ChainReport {
  readonly chain: 'coreship' | 'tutorial';
  /** What followed etcd in the load balancer's image, and the etcd beside it. */
  readonly setting: string;
  readonly rows: readonly Row[];
  /** Faults whose measuring failed, with why. */
  readonly missing: readonly string[];
  readonly steady?: Steady;
}

/** A run of the bench: the JSON file's content. */
export interface Report {
  readonly version: 1;
  readonly measured: string;
  readonly host: string;
  readonly chains: readonly ChainReport[];
}

/** docs/faults.md: written by the bench, never by hand. */
export function markdown({ measured, host, chains }: Report): string {
  const [ours, theirs] = chains;
  if (!ours) throw new Error('nothing was measured');
  return [
    '# Under faults',
    '',
    'Written by `npm run bench:faults`; not to be edited. Three machines of a lab on one host, two instances of apache',
    'behind one load balancer, 20 requests a second through it, each with a time-out of one second.',
    `Measured ${measured} on ${host}; in the load balancer ${ours.setting}.`,
    '',
    '- **failed of sent**: requests without the page, of all sent from two seconds before the fault to three after its end',
    '- **bad seconds**: different seconds, counted from the fault, in which a request was sent that failed',
    '- **out**: from the fault until the served list shows it; **back**: from its undoing (or from the fault, where it is',
    '  not undone) until the list is right for good. The list is looked at about five times a second.',
    '- **reloads**: times nginx took a new list',
    '',
    ...tableOf(ours.rows),
    '',
    ...(ours.steady ? [steadyLine(ours.steady), ''] : []),
    ...chains.flatMap(({ chain, missing }) => missing.map((what) => `Not measured with ${chain}: ${what}\n`)),
    '![Requests around each fault](faults.svg)',
    '',
    ...(theirs ? comparison(ours, theirs) : []),
  ].join('\n');
}

/** The same for the terminal. */
export function plain({ chains }: Report): string {
  const tables = chains.map(({ chain, setting, rows, missing, steady }) => {
    const more = [...(steady ? [steadyLine(steady)] : []), ...missing.map((what) => `not measured: ${what}`)];
    return [`${chain}: ${setting}`, ...tableOf(rows), ...more, ''].join('\n');
  });
  const [ours, theirs] = chains;
  return [...tables, ...(ours && theirs ? comparisonTable(ours, theirs) : []), ''].join('\n');
}

function tableOf(rows: readonly Row[]): readonly string[] {
  const head = ['fault', 'failed of sent', 'bad seconds', 'out', 'back', 'reloads', 'instead of the page'];
  const cells = rows.map((row) => [
    row.title,
    `${row.failed} of ${row.sent}`,
    String(row.badSeconds),
    time(row.out),
    time(row.back) || 'never',
    String(row.reloads),
    row.why.map(([why, count]) => `${why} (${count})`).join(', '),
  ]);
  return markdownTable(head, cells);
}

function comparison(ours: ChainReport, theirs: ChainReport): readonly string[] {
  return [
    '## Beside the tutorial',
    '',
    `The chain of 2014, in units and an image of our own wording (\`bench/tutorial/\`), in the same run: ${theirs.setting}.`,
    'What keeps it from working at all is repaired; its order of things, its waits and its checks are as they were.',
    'Where it is never back, the counting ended three quarters of a minute after the fault.',
    '',
    ...comparisonTable(ours, theirs),
    '',
  ];
}

function comparisonTable(ours: ChainReport, theirs: ChainReport): readonly string[] {
  const rows = theirs.rows.flatMap((their) => {
    const our = ours.rows.find(({ fault }) => fault === their.fault);
    if (!our) return [];
    const [a, b] = [our.failed, their.failed];
    const ratio =
      b === 0 ? (a === 0 ? 'both none' : 'ours only') : a === 0 ? 'theirs only' : `${(b / a).toFixed(1)}`;
    return [
      [
        our.title,
        `${our.failed} of ${our.sent}`,
        `${their.failed} of ${their.sent}`,
        ratio,
        `${time(our.back) || 'never'} / ${time(their.back) || 'never'}`,
      ],
    ];
  });
  return markdownTable(
    ['fault', 'ours failed', "tutorial's failed", 'theirs : ours', 'back, ours / theirs'],
    rows,
  );
}

function steadyLine({ instances, seconds, revisions, events, reloads }: Steady): string {
  const changes =
    revisions === undefined ? `${events} events to a v2 watcher` : `${revisions} new etcd revisions`;
  return `${instances} instances, nothing changing for ${seconds} s: ${changes}, ${reloads} reloads.`;
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function time(seconds: number | undefined): string {
  return seconds === undefined ? '' : `${seconds.toFixed(1)} s`;
}
