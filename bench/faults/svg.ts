import type { ChainReport } from './report.ts';
import type { Row } from './summary.ts';

const second = 9;
const rowHeight = 46;
const barHeight = 26;
const left = 330;
/** What a plot shows of a timeline at most. */
const mostSeconds = 90;
const leadSeconds = 2;

/** A timeline for each fault: requests that got the page and requests that did not, by half seconds, with marks. */
export function plot(chains: readonly ChainReport[]): string {
  const rows = chains.flatMap(({ chain, rows }) => rows.map((row) => ({ chain, row })));
  const several = chains.length > 1;
  const ordered = several ? pairUp(rows) : rows;
  const width = left + (longest(ordered) + leadSeconds) * second + 20;
  const height = 60 + ordered.length * rowHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    '<title>Requests around each fault</title>',
    style,
    `<rect class="page" width="${width}" height="${height}"/>`,
    legend,
    ...ordered.map(({ chain, row }, index) => timeline(row, several ? chain : '', 50 + index * rowHeight)),
    '</svg>',
    '',
  ].join('\n');
}

/** Colours that are told apart in light and dark, and without red and green. */
const style = `<style>
.page{fill:#fff}text{fill:#222}.ok{fill:#5b9bd5}.bad{fill:#d9541e}.axis{stroke:#888;stroke-width:1}
.mark{stroke:#222;stroke-width:1.5;fill:none}.out{stroke-dasharray:2 2}.note{fill:#666;font-size:10px}
@media(prefers-color-scheme:dark){.page{fill:#16181d}text{fill:#e6e6e6}.ok{fill:#3f7cb5}.bad{fill:#f0763f}.mark{stroke:#e6e6e6}.note{fill:#a5a5a5}}
</style>`;

const legend = `<g transform="translate(10 22)">
<rect class="ok" y="-10" width="12" height="12"/><text x="18">page</text>
<rect class="bad" x="64" y="-10" width="12" height="12"/><text x="82">failed</text>
<path class="mark" d="M140 2v-14"/><text x="146">fault, undone</text>
<path class="mark out" d="M240 2v-14"/><text x="246">out of the list, back in it</text>
<text class="note" x="420">requests sent in each half second; a tick is 5 s</text>
</g>`;

function timeline(row: Row, chain: string, top: number): string {
  const x = (seconds: number): number => left + (seconds + leadSeconds) * second;
  const base = top + barHeight;
  const most = Math.max(...row.ok.map((ok, index) => ok + (row.bad[index] ?? 0)), 1);
  const shown = row.ok
    .map((ok, index) => ({ ok, bad: row.bad[index] ?? 0, at: (index + row.halfFrom) / 2 }))
    .filter(({ at }) => at < mostSeconds);
  const end = (shown.at(-1)?.at ?? 0) + 0.5;
  const bars = shown.map(({ ok, bad, at }) => {
    const [low, high] = [ok, bad].map((count) => (count / most) * barHeight) as [number, number];
    return bar('ok', x(at), base - low, low) + bar('bad', x(at), base - low - high, high);
  });
  const ticks = Array.from({ length: Math.floor(end / 5) + 1 }, (_, index) => `M${x(index * 5)} ${base}v3`);
  const backAt = row.back === undefined ? undefined : row.back + (row.healed ?? 0);
  const marks = [
    ...[0, row.healed].map((at) => mark('mark', at, x, base)),
    ...[row.out, row.out === undefined ? undefined : backAt].map((at) => mark('mark out', at, x, base)),
  ];
  return [
    `<text x="10" y="${top + 12}">${escapeXml(shorten(row.title))}</text>`,
    `<text class="note" x="10" y="${top + 26}">${escapeXml([chain, `${row.failed} of ${row.sent} failed`].filter(Boolean).join(': '))}</text>`,
    ...bars,
    `<path class="axis" d="M${x(-leadSeconds)} ${base}H${x(end)}${ticks.join('')}"/>`,
    ...marks,
  ].join('');
}

function bar(kind: string, x: number, y: number, height: number): string {
  if (height === 0) return '';
  return `<rect class="${kind}" x="${x}" y="${y.toFixed(1)}" width="${second / 2 - 0.5}" height="${height.toFixed(1)}"/>`;
}

function mark(kind: string, at: number | undefined, x: (seconds: number) => number, base: number): string {
  if (at === undefined || at > mostSeconds) return '';
  return `<path class="${kind}" d="M${x(at).toFixed(1)} ${base + 2}v-${barHeight + 6}"/>`;
}

function longest(rows: readonly { readonly row: Row }[]): number {
  const ends = rows.map(({ row }) => (row.ok.length + row.halfFrom) / 2);
  return Math.max(32, Math.min(mostSeconds, Math.max(...ends)));
}

/** Each fault of the first chain, followed by the same fault of the second. */
function pairUp<T extends { readonly row: Row }>(rows: readonly T[]): readonly T[] {
  const names = [...new Set(rows.map(({ row }) => row.fault))];
  return names.flatMap((name) => rows.filter(({ row }) => row.fault === name));
}

function shorten(title: string): string {
  return title.length > 48 ? `${title.slice(0, 47)}…` : title;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
