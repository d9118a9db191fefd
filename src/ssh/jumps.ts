import { defined } from '../defined.ts';
import { CoreshipError } from '../errors.ts';
import type { Target } from './connection.ts';

/**
 * Reads a `ProxyJump` value as a chain of bastions: each is reached through the one before it, and the target through
 * the last (ssh_config(5)).
 */
export function parseJumps(value: string, target: Target): Target {
  let bastion: Target | undefined;
  for (const jump of value.split(',')) {
    bastion = { ...parseJump(jump.trim(), target), ...defined({ bastion }) };
  }
  return bastion ?? badJump(value, target);
}

const jumpFormat =
  /^(?:ssh:\/\/)?(?:(?<user>[^@]+)@)?(?:\[(?<v6>[^\]]+)\]|(?<host>[^:/@]+))(?::(?<port>\d+))?\/?$/;

function parseJump(jump: string, target: Target): Target {
  const groups = jumpFormat.exec(jump)?.groups;
  const host = groups?.['v6'] ?? groups?.['host'];
  if (groups === undefined || host === undefined) return badJump(jump, target);
  return {
    name: host,
    host,
    ...defined({
      user: groups['user'],
      port: groups['port'] === undefined ? undefined : Number(groups['port']),
      // The caller's decisions about trust hold for bastions, too.
      knownHostsFiles: target.knownHostsFiles,
      unknownHostKey: target.unknownHostKey,
    }),
  };
}

function badJump(value: string, target: Target): never {
  throw new CoreshipError(
    'config',
    `machine ${target.name}: ProxyJump ${JSON.stringify(value)} cannot be read`,
    {
      hint: 'expected [user@]host[:port], several separated by commas',
    },
  );
}
