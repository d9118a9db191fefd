import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryHost } from '../../src/lab/host.ts';
import { repository } from '../../test/integration/support/repository.ts';
import { type Chain, instances } from './chain.ts';

/** The repository's own project, or a copy of it, by the real command line. */
export function coreshipChain(lab: string, project: string, api: Chain['api'] = 'v3'): Chain {
  const run = async (...words: readonly string[]): Promise<void> => {
    const env = { CORESHIP_CLUSTER: lab, CORESHIP_PROJECT: project, CORESHIP_YES: '1' };
    const command = [process.execPath, join(repository, 'dist/bin.js'), ...words];
    const { status, stdout, stderr } = await tryHost(command, { env, timeoutMs: 180_000 });
    if (status !== 0) throw new Error(`coreship ${words.join(' ')}: status ${status}\n${stderr || stdout}`);
  };
  let changes = 0;
  const change = async (line: RegExp, addition: (count: number) => string): Promise<void> => {
    const file = join(project, 'coreship.yaml');
    const text = await readFile(file, 'utf8');
    changes += 1;
    const changed = text.replace(line, (found) => `${found}${addition(changes)}`);
    await writeFile(file, changed);
    await run('render');
    await run('deploy', 'apache');
    await writeFile(file, text);
  };
  return {
    name: 'coreship',
    api,
    deploy: () => run('deploy', 'apache', 'nginx_lb'),
    destroy: () => run('destroy', 'apache', 'nginx_lb'),
    scale: (names) => run('scale', 'apache', ...names),
    changeMain: () =>
      change(/^ {4}image: example\/apache\n/m, (n) => `    environment: { CHANGE: "${n}" }\n`),
    changeSidekick: () => change(/^ {6}path: \/\n/m, (n) => `      ttl: ${6 + (n % 3)}\n`),
    look: `xargs -0 -a "/proc/$pid/environ" sh -c '
      exec nsenter -t "$0" -m -u -i -n -p env -i "$@" /usr/local/bin/confd-watch status --json' "$pid"`,
  };
}

/** What `scale` goes back to. */
export const allInstances: readonly string[] = instances;
