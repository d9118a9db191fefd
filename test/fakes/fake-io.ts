import type { Io } from '../../src/cli/io.ts';

const plain = (_format: unknown, text: string): string => text;

/** The world as a command sees it: keeps what it says, and answers questions with prepared lines. */
export class FakeIo implements Io {
  stdout = '';
  stderr = '';
  readonly interactive: boolean;
  readonly paintOut = plain;
  readonly paintErr = plain;
  readonly env: Io['env'];
  readonly cwd: string;
  readonly asked: string[] = [];
  readonly interruption = new AbortController();
  readonly interrupt: Io['interrupt'] = this.interruption.signal;
  private readonly answers: string[];

  constructor({ cwd = '/', env = {}, answers }: { cwd?: string; env?: Io['env']; answers?: string[] } = {}) {
    this.cwd = cwd;
    this.env = env;
    this.answers = answers ?? [];
    this.interactive = answers !== undefined;
  }

  readonly out = (text: string): void => {
    this.stdout += text;
  };

  readonly err = (text: string): void => {
    this.stderr += text;
  };

  readonly ask = (question: string): Promise<string> => {
    this.asked.push(question);
    return Promise.resolve(this.answers.shift() ?? '');
  };

  /** Standard output as JSON, a value a line. */
  json(): readonly unknown[] {
    return this.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  }
}
