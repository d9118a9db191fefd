import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryOnHost } from '../../../src/lab/host.ts';
import { repository } from '../repository.ts';
import type { Chain } from './chain.ts';

/** The repository's own project, or a copy of it, by the real command line. */
export function coreshipChain(lab: string, project: string, api: Chain['api'] = 'v3'): Chain {
  const run = async (...words: readonly string[]): Promise<void> => {
    const env = { CORESHIP_CLUSTER: lab, CORESHIP_PROJECT: project, CORESHIP_YES: '1' };
    const command = [process.execPath, join(repository, 'dist/bin.js'), ...words];
    const { status, stdout, stderr } = await tryOnHost(command, { env, timeoutMs: 180_000 });
    if (status !== 0) throw new Error(`coreship ${words.join(' ')}: status ${status}\n${stderr || stdout}`);
  };
  const file = join(project, 'coreship.yaml');
  let written: string | undefined;
  const changes: Record<'main' | 'sidekick', number> = { main: 0, sidekick: 0 };
  const change = async (what: keyof typeof changes): Promise<void> => {
    written ??= await readFile(file, 'utf8');
    changes[what] += 1;
    const { main, sidekick } = changes;
    const changed = written
      .replace(
        /^ {4}image: example\/apache\n/m,
        `$&${main ? `    environment: { CHANGE: "${main}" }\n` : ''}`,
      )
      .replace(/^ {6}path: \/\n/m, `$&${sidekick ? `      ttl: ${5 + (sidekick % 3)}\n` : ''}`);
    await writeFile(file, changed);
    await run('render');
    await run('deploy', 'apache');
  };
  return {
    name: 'coreship',
    api,
    deploy: () => run('deploy', 'apache', 'nginx_lb'),
    destroy: () => run('destroy', 'apache', 'nginx_lb'),
    scale: (names) => run('scale', 'apache', ...names),
    changeMain: () => change('main'),
    changeSidekick: () => change('sidekick'),
    look: `xargs -0 -a "/proc/$pid/environ" sh -c '
      exec nsenter -t "$0" -m -u -i -n -p env -i "$@" /usr/local/bin/confd-watch status --json' "$pid"`,
    watcher: `docker exec nginx_lb confd-watch status --json | sed 's/.*"watcher":"\\([^"]*\\)".*/\\1/'`,
  };
}
