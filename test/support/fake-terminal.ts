import { Writable } from 'node:stream';
import type { LiveTerminal } from '../../src/cli/output/live-rows.ts';

/** A terminal of 80 columns that keeps what is written to it. */
export class FakeTerminal implements LiveTerminal {
  readonly writes: string[] = [];
  readonly stream: NodeJS.WriteStream;
  /** Takes what goes to standard error meanwhile. */
  print: ((text: string) => void) | undefined;

  constructor(rows = 24) {
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        this.writes.push(String(chunk));
        done();
      },
    });
    this.stream = Object.assign(stream, { isTTY: true, columns: 80, rows }) as unknown as NodeJS.WriteStream;
  }

  readonly redirect = (print?: (text: string) => void): void => {
    this.print = print;
  };

  /** All that was written. */
  get text(): string {
    return this.writes.join('');
  }
}
