import { execFile } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { defined } from '../defined.ts';
import { CoreshipError } from '../errors.ts';
import { createLimiter } from '../limiter.ts';
import type { Target } from './connection.ts';
import { parseJumps } from './jumps.ts';
import {
  defaultSettings,
  expandHome,
  type LocalFacts,
  parseSshConfig,
  type SshSettings,
} from './ssh-config.ts';

/** A target with everything that is needed to log in. */
export interface Login extends Omit<SshSettings, 'proxyJump'> {
  /** The target's name in messages. */
  readonly name: string;
  readonly unknownHostKey: 'refuse' | 'accept-new';
  /** Whether the target itself names its key files; they are then tried before the agent's other keys. */
  readonly ownIdentities: boolean;
  readonly bastion?: Target;
}

/** Completes a target from the user's ssh configuration. */
export type ResolveTarget = (target: Target) => Promise<Login>;

/** Runs `ssh` with these arguments; resolves with its output, or with undefined if `ssh` is not installed. */
export type RunSsh = (args: readonly string[]) => Promise<string | undefined>;

/** Makes a resolver that runs `ssh -G` once for each host, port and user. */
export function createResolveTarget(runSsh: RunSsh = runSystemSsh): ResolveTarget {
  const resolved = new Map<string, Promise<SshSettings>>();
  const limit = createLimiter(4);
  return async (target) => {
    checkName(target, 'host', target.host);
    if (target.user !== undefined) checkName(target, 'user', target.user);
    const args = [
      '-G',
      ...(target.port === undefined ? [] : ['-p', String(target.port)]),
      ...(target.user === undefined ? [] : ['-l', target.user]),
      '--',
      target.host,
    ];
    const key = args.join(' ');
    const settings = resolved.get(key) ?? limit(() => settingsOf(target, args, runSsh));
    resolved.set(key, settings);
    return mergeTarget(target, await settings);
  };
}

async function settingsOf(target: Target, args: readonly string[], runSsh: RunSsh): Promise<SshSettings> {
  const local: LocalFacts = { home: homedir(), user: userInfo().username, alias: target.host };
  const output = await runSsh(args);
  return output === undefined ? defaultSettings(local) : parseSshConfig(output, local);
}

/** The target's own fields take precedence over the configuration. */
function mergeTarget(target: Target, settings: SshSettings): Login {
  const { proxyJump, ...rest } = settings;
  const expanded = (paths?: readonly string[]) => paths?.map((path) => expandHome(path, homedir()));
  const bastion = target.bastion ?? (proxyJump === undefined ? undefined : parseJumps(proxyJump, target));
  return {
    ...rest,
    name: target.name,
    port: target.port ?? settings.port,
    user: target.user ?? settings.user,
    identityFiles: expanded(target.identityFiles) ?? settings.identityFiles,
    knownHostsFiles: expanded(target.knownHostsFiles) ?? settings.knownHostsFiles,
    unknownHostKey: target.unknownHostKey ?? settings.strictHostKeyChecking,
    ownIdentities: target.identityFiles !== undefined,
    ...defined({ bastion }),
  };
}

/** A leading dash would be an option of `ssh`; no name holds blanks or control characters. */
function checkName(target: Target, field: string, value: string): void {
  if (/^[^-\s\p{Cc}][^\s\p{Cc}]*$/u.test(value)) return;
  throw new CoreshipError(
    'config',
    `machine ${target.name}: ${JSON.stringify(value)} is not a valid ${field}`,
  );
}

function runSystemSsh(args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    execFile('ssh', args, { timeout: 10_000 }, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.code === 'ENOENT') resolve(undefined);
      else reject(unreadableConfig(args, stderr, error));
    });
  });
}

function unreadableConfig(args: readonly string[], stderr: string, cause: Error): CoreshipError {
  return new CoreshipError('config', 'the ssh configuration cannot be read', {
    hint: `see what \`ssh ${args.join(' ')}\` says`,
    details: stderr.split('\n').filter(Boolean),
    cause,
  });
}
