import { CoreshipError } from '../errors.ts';
import type { Target } from './connection.ts';

/**
 * Reads a `ProxyJump` value as a chain of bastions: the last one named is the nearest to the target, and each
 * is reached through the one before it (ssh_config(5)).
 */
export function parseJumps(value: string, target: Target): Target {
  let bastion: Target | undefined;
  for (const jump of value.split(',')) {
    bastion = { ...parseJump(jump.trim(), target), ...(bastion === undefined ? {} : { bastion }) };
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
    ...(groups['user'] === undefined ? {} : { user: groups['user'] }),
    ...(groups['port'] === undefined ? {} : { port: Number(groups['port']) }),
    // What the caller decided about trust holds on the way, too.
    ...(target.knownHostsFiles === undefined ? {} : { knownHostsFiles: target.knownHostsFiles }),
    ...(target.unknownHostKey === undefined ? {} : { unknownHostKey: target.unknownHostKey }),
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
