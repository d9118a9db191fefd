import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { labPaths } from '../../../src/lab/paths.ts';
import { sshWords } from '../../../src/lab/ssh.ts';
import type { Rig } from './rig.ts';

/** What the load balancer did at one moment. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The backends it serves; absent where it gave no answer. */
  readonly list?: readonly string[];
  /** Process ids of the nginx workers that take new connections. */
  readonly workers: readonly string[];
  /** The answer as it came. */
  readonly answer: string;
}

/** A watch over a load balancer that is under way. */
export interface Watch {
  readonly samples: readonly Sample[];
  stop(): Promise<void>;
}

/**
 * Looks at the load balancer from its machine about six times a second: what it serves, and by which workers. It enters
 * the container's namespaces itself, because `docker exec` costs ten times as much.
 */
export async function startWatch({ shell, chain, balancer }: Rig): Promise<Watch> {
  const words = sshWords({ ...labPaths(shell.lab), address: balancer.address }, [
    'sudo',
    'sh',
    '-c',
    `${lookOf(chain.look)}\n${loop}`,
  ]);
  const [program = 'ssh', ...rest] = words;
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const samples: Sample[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => samples.push(parse(line)));
  const closed = once(child, 'close').then(() => 'closed');
  if ((await Promise.race([once(lines, 'line'), closed])) === 'closed')
    throw new Error(`no watch over the load balancer on ${balancer.name}`);
  return {
    samples,
    stop: async () => {
      child.kill();
      await closed;
    },
  };
}

/** The list that is served now. */
export async function readList({ shell, chain, balancer }: Omit<Rig, 'victim' | 'other'>) {
  const line = await shell.scriptOn(balancer, `${lookOf(chain.look)}\nlook`);
  const { list } = parse(line.trimEnd());
  if (!list) throw new Error('no answer from the load balancer');
  return list;
}

/** How often nginx was reloaded: all its workers were new at once. On one processor a worker that was killed counts too. */
export function countReloads(samples: readonly Sample[]): number {
  const sets = samples.map(({ workers }) => workers).filter((workers) => workers.length > 0);
  const usual = Math.min(...sets.map(({ length }) => length));
  const known = new Set(sets[0]);
  return sets.filter((set) => {
    const fresh = set.filter((worker) => !known.has(worker));
    for (const worker of fresh) known.add(worker);
    return fresh.length >= Math.max(1, usual);
  }).length;
}

const lookOf = (list: string): string => `
list() { ${list}
}
look() {
  [ -e "/proc/\${pid:-0}/root/etc/nginx" ] || pid=$(docker inspect -f '{{.State.Pid}}' nginx_lb 2>/dev/null)
  answer=none
  if [ "\${pid:-0}" != 0 ]; then answer=$(list 2>/dev/null | tr '\\n' ' ') || answer=none; fi
  echo "$(date +%s%3N) $(pgrep -d, -f '^nginx: worker process$') $answer"
}`;

const loop = 'while :; do look; sleep 0.1; done';

function parse(line: string): Sample {
  const [, at = '', workers = '', answer = ''] = line.match(/^(\d+) ([\d,]*) (.*)$/) ?? [];
  const list = [...answer.matchAll(/"([\d.]+:\d+)"/g)].map(([, value]) => value ?? '');
  const answered = answer.trim() !== 'none' && answer.trim() !== '';
  return {
    at: Number(at),
    workers: workers.split(',').filter(Boolean),
    answer,
    ...(answered ? { list } : {}),
  };
}
