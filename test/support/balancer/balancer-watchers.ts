import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A watcher to test, with the API it is to use. */
export interface WatcherKind {
  readonly watcher: string;
  readonly api: 'v3' | 'v2';
  readonly bin?: string;
}

/** The watchers there are here: a confd where the folder of the lab's programs holds one. */
export function balancerWatchers(): readonly WatcherKind[] {
  const always: readonly WatcherKind[] = [
    { watcher: 'etcdctl', api: 'v3' },
    { watcher: 'curl', api: 'v2' },
  ];
  const bin = process.env['CORESHIP_LAB_BIN'];
  if (bin === undefined || !existsSync(join(bin, 'confd'))) {
    process.stderr.write(
      'tests of the load balancer with confd skipped: CORESHIP_LAB_BIN names no folder with one\n',
    );
    return always;
  }
  // kelseyhightower's prints its manual as an error.
  const { stdout } = spawnSync(join(bin, 'confd'), ['--help'], { encoding: 'utf8' });
  if (stdout.includes('confd <command>')) return [...always, { watcher: 'confd-fork', api: 'v3', bin }];
  return [...always, { watcher: 'confd', api: 'v3', bin }, { watcher: 'confd', api: 'v2', bin }];
}
