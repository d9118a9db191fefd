import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readAssets } from '../../../src/project/assets.ts';
import { renderServices } from '../../../src/services/render.ts';
import type { Registration, RegistrySettings } from '../../../src/services/service.ts';
import { apacheLike, usualRegistration } from '../../services/sample-services.ts';
import { execWords } from '../../services/unit-checks.ts';
import { etcdMissing } from '../etcd/etcd.ts';
import { eventually } from '../eventually.ts';

/** A sidekick that runs as its unit says: words and environment come from the rendered text. */
export interface Sidekick {
  readonly process: ChildProcess;
  /** Waits until it has said something. */
  says(words: string): Promise<unknown>;
  /** What it has said so far. */
  said(): string;
  /** Ends it as systemd does, and gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface SidekickOptions {
  readonly api: RegistrySettings['api'];
  readonly key?: RegistrySettings['key'];
  /** Name of the service; each test has its own, so that they share an etcd. */
  readonly service: string;
  /** Port of the service on 127.0.0.1, which is the instance's name too. */
  readonly port: number;
  readonly registration?: Partial<Registration>;
  /** What /etc/coreship/etcd.env gives it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Settings to put in place of the unit's. */
  readonly overrides?: readonly string[];
}

/** A registration for a test: nobody waits for seconds, but a machine may be busy. */
const quick: Registration = { ...usualRegistration, interval: 0.1, timeout: 30, ttl: 3 };

const assets = await readAssets();

const shells = [
  ['dash', ['/bin/dash']],
  ['busybox', ['/bin/busybox', 'sh']],
] as const satisfies readonly (readonly [string, readonly string[]])[];

/** The shells that are here, by name. */
export const presentShells = shells.filter(([, [program]]) => existsSync(program));

/** Why no sidekick can run here; says so, and of each shell that is missing. */
export function sidekickMissing(): string | undefined {
  const missing =
    etcdMissing() ?? (existsSync('/usr/bin/curl') ? undefined : '/usr/bin/curl is not installed');
  const lacking = shells
    .filter((shell) => !presentShells.includes(shell))
    .map(([name]) => `${name} is missing`);
  for (const reason of missing === undefined ? lacking : [missing]) {
    process.stderr.write(`tests of the register loop skipped: ${reason}\n`);
  }
  return missing;
}

/** Starts the sidekick of a service like apache under a shell. */
export function startSidekick(shell: readonly string[], options: SidekickOptions): Sidekick {
  const { api, key = 'address', port, service: name } = options;
  const service = apacheLike({ name, registration: { ...quick, ...options.registration } });
  const unit = renderServices([service], { api, key }, assets).find(({ path }) =>
    path.endsWith('-discovery@.service'),
  );
  const [words = []] = execWords(unit?.content ?? '', `${name}-discovery@${port}.service`);
  const at = words.indexOf('/bin/sh');
  if (words[0] !== '/usr/bin/env' || at < 0) throw new Error(`the unit runs ${words.slice(0, 3).join(' ')}`);
  const settings = [...words.slice(1, at), ...(options.overrides ?? [])];
  const child = spawn('/usr/bin/env', [...settings, ...shell, ...words.slice(at + 1)], {
    env: {
      PATH: process.env['PATH'],
      COREOS_PRIVATE_IPV4: '127.0.0.1',
      // As a machine's own might say, where its operators use it: the unit has the last word.
      ETCDCTL_API: '2',
      ETCDCTL_WRITE_OUT: 'json',
      ETCDCTL_HEX: 'true',
      ETCDCTL_DEBUG: 'true',
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a group of its own, so that nothing of it outlives the test.
    detached: true,
  });
  let said = '';
  child.stdout.on('data', (data) => (said += String(data)));
  child.stderr.on('data', (data) => (said += String(data)));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  return {
    process: child,
    says: (words) =>
      eventually(
        () => said.includes(words),
        () => `the words ${words}, but ${said}`,
      ),
    said: () => said,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const [code] = await ended;
      killGroup(child);
      return code;
    },
  };
}

/** Ends what a sidekick has left running, as systemd does with its control group. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}
