import type { Io } from '../io.ts';

/** Gives a command's answer on standard output: one line of JSON where that is asked for, else the text. */
export function answer(io: Pick<Io, 'out'>, json: boolean, type: string, data: object, text: string): void {
  io.out(json ? jsonLine(type, data) : text);
}

/** A value of the versioned JSON output, on a line of its own. */
export function jsonLine(type: string, data: object): string {
  return `${JSON.stringify({ version: 1, type, ...data })}\n`;
}
