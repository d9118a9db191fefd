/** One line of a stored text, without its line end. Numbers count from 1. */
export interface PhysicalLine {
  readonly text: string;
  readonly number: number;
}

/** Splits a text at every line end that the pattern matches. A line end at the end of the text starts no further line. */
export function physicalLines(text: string, lineEnd: RegExp = /\n/): readonly PhysicalLine[] {
  const lines = text.split(lineEnd);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => ({ text: line, number: index + 1 }));
}

/** Whether a line ends in a `\` that is not itself escaped: only then does systemd join the next line. */
export function endsInLoneBackslash(line: string): boolean {
  return (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
}

/** The length of a text in UTF-8: both parsers limit bytes. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
