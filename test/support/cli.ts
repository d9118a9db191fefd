import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Change, Plan, Step } from '../../src/plan/plan.ts';
import { testLab } from './lab/test-lab.ts';
import { repository } from './repository.ts';

/** How a run of the command line ended. */
export interface CliRun {
  /** Absent where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output's lines as data, where `--json` was asked for. */
  readonly lines: readonly CliLine[];
}

/** A line of `--json`: a plan, an event, a result or an error. */
export interface CliLine {
  readonly type: string;
  readonly step?: Step;
  readonly change?: Change;
  readonly changes?: Plan['changes'];
  readonly unchanged?: Plan['unchanged'];
  readonly error?: { readonly code: string; readonly message: string; readonly details: readonly string[] };
}

/** A run of the command line that is under way. */
export interface RunningCli {
  readonly done: Promise<CliRun>;
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  /** Resolves once standard error says this. */
  says(words: string): Promise<void>;
}

/** What is told of each line of standard output and of standard error, as it comes. */
export interface CliWatch {
  readonly onLine?: (line: CliLine, cli: RunningCli) => void;
}

/** Runs `coreship` in a project on the tests' lab, unless the words name another cluster, to its end. */
export async function coreship(project: string, ...words: readonly string[]): Promise<CliRun> {
  return await startCoreship(project, words).done;
}

/** Starts `coreship` as a process of its own, as built. */
export function startCoreship(project: string, words: readonly string[], watch: CliWatch = {}): RunningCli {
  const bin = join(repository, 'dist/bin.js');
  const child = spawn(process.execPath, [bin, ...words], {
    cwd: project,
    env: { ...environment(), CORESHIP_CLUSTER: testLab },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const cli = { pid: child.pid ?? 0, signal: (name: NodeJS.Signals) => void child.kill(name) };
  const lines: CliLine[] = [];
  if (words.includes('--json')) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const data = JSON.parse(line) as CliLine;
      lines.push(data);
      watch.onLine?.(data, running);
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const done = Promise.all([ended, text(child.stdout), text(child.stderr)]).then(
    ([code, stdout, stderr]) => ({ code, stdout, stderr, lines }),
  );
  let heard = '';
  const says = (wanted: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (chunk = ''): void => {
        heard += chunk;
        if (heard.includes(wanted)) resolve();
      };
      look();
      child.stderr.on('data', (chunk: Buffer) => look(chunk.toString()));
      child.once('close', () => reject(new Error(`ended without saying ${wanted}:\n${heard}`)));
    });
  const running = { ...cli, done, says };
  return running;
}

/** The surroundings of a person who has set nothing of coreship's. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CORESHIP_')));
}
