import { describe, expect, it } from 'vitest';
import { parseJumps } from '../../src/ssh/jumps.ts';

const target = { name: 'm1', host: 'web1' };

describe('parseJumps', () => {
  const rows: readonly (readonly [value: string, bastion: object])[] = [
    ['b', { name: 'b', host: 'b' }],
    ['ana@b:2222', { name: 'b', host: 'b', user: 'ana', port: 2222 }],
    ['ssh://ana@b:2222', { name: 'b', host: 'b', user: 'ana', port: 2222 }],
    ['[fe80::1]:22', { name: 'fe80::1', host: 'fe80::1', port: 22 }],
    ['a,b', { name: 'b', host: 'b', bastion: { name: 'a', host: 'a' } }],
  ];
  it.each(rows)('%s', (value, bastion) => {
    expect(parseJumps(value, target)).toEqual(bastion);
  });

  it('hands on what the target says about host keys', () => {
    const strict = { knownHostsFiles: ['/kh'], unknownHostKey: 'refuse' } as const;
    expect(parseJumps('b', { ...target, ...strict })).toEqual({ name: 'b', host: 'b', ...strict });
  });

  it.each(['', 'a,,b', 'a:port', 'a:b:c'])('refuses %j', (value) => {
    expect(() => parseJumps(value, target)).toThrow('machine m1: ProxyJump');
  });
});
