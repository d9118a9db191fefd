import type { Measured } from '../../test/support/faults/measure.ts';

/** A row of the report. Times are in seconds. */
export interface Row {
  readonly fault: string;
  readonly title: string;
  readonly sent: number;
  readonly failed: number;
  /** How many different seconds, counted from the fault, a failed request was sent in. */
  readonly badSeconds: number;
  /** From the fault until the list shows it; absent where it never did. */
  readonly out?: number;
  /** From the undoing, or from the fault where nothing is undone, until the list is right for good; absent: never. */
  readonly back?: number;
  readonly reloads: number;
  /** What came instead of the page, most frequent first, with how often. */
  readonly why: readonly (readonly [string, number])[];
  /** Counts of each half second, from `halfFrom` half seconds after the fault on, for the plot. */
  readonly halfFrom: number;
  readonly ok: readonly number[];
  readonly bad: readonly number[];
  readonly healed?: number;
}

/** Condenses what was measured. */
export function summarise(measured: Measured): Row {
  const { fault, title, requests, healed, out, back, reloads } = measured;
  const failed = requests.filter(({ why }) => why !== undefined);
  const half = ({ at }: { readonly at: number }): number => Math.floor(at / 500);
  const halfFrom = Math.min(0, ...requests.map(half));
  const length = Math.max(0, ...requests.map(half)) - halfFrom + 1;
  const counts = (some: typeof requests): readonly number[] => {
    const bins = Array<number>(length).fill(0);
    for (const request of some) bins[half(request) - halfFrom] = (bins[half(request) - halfFrom] ?? 0) + 1;
    return bins;
  };
  return {
    fault,
    title,
    sent: requests.length,
    failed: failed.length,
    badSeconds: new Set(failed.map(({ at }) => Math.floor(at / 1000))).size,
    ...(out === undefined ? {} : { out: seconds(out) }),
    ...(back === undefined ? {} : { back: seconds(back - (healed ?? 0)) }),
    ...(healed === undefined ? {} : { healed: seconds(healed) }),
    reloads,
    why: frequencies(failed.map(({ why = '' }) => reason(why))),
    halfFrom,
    ok: counts(requests.filter(({ why }) => why === undefined)),
    bad: counts(failed),
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

function reason(why: string): string {
  return why
    .replace(/^Error: /, '')
    .replace(/: <.*/s, '')
    .replace(/ [\d.]+:\d+$/, '');
}

function frequencies(words: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
