import { describe, expect, it } from 'vitest';
import { parseSshConfig } from '../../src/ssh/ssh-config.ts';

const local = { home: '/home/ana', user: 'ana', alias: 'web1' };

/** Lines as OpenSSH 9.2 prints them for `ssh -G web1`. */
const output = `host web1
user core
hostname 10.0.0.1
port 2222
identitiesonly yes
stricthostkeychecking ask
serveralivecountmax 3
serveraliveinterval 0
identityfile ~/.ssh/id_rsa
identityfile /keys/%r@%h-%p-%n-%u-%%
globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2
userknownhostsfile /home/ana/.ssh/known_hosts ~/more
connecttimeout none
`;

describe('parseSshConfig', () => {
  it('reads the output of ssh -G', () => {
    expect(parseSshConfig(output, local)).toEqual({
      hostname: '10.0.0.1',
      port: 2222,
      user: 'core',
      identitiesOnly: true,
      identityFiles: ['/home/ana/.ssh/id_rsa', '/keys/core@10.0.0.1-2222-web1-ana-%'],
      certificateFiles: [],
      knownHostsFiles: [
        '/home/ana/.ssh/known_hosts',
        '/home/ana/more',
        '/etc/ssh/ssh_known_hosts',
        '/etc/ssh/ssh_known_hosts2',
      ],
      strictHostKeyChecking: 'refuse',
      keepAliveCount: 3,
    });
  });

  const rows: readonly (readonly [line: string, settings: object])[] = [
    ['stricthostkeychecking accept-new', { strictHostKeyChecking: 'accept-new' }],
    ['stricthostkeychecking false', { strictHostKeyChecking: 'accept-new' }],
    ['stricthostkeychecking true', { strictHostKeyChecking: 'refuse' }],
    ['connecttimeout 7', { connectTimeoutMs: 7000 }],
    ['serveraliveinterval 30', { keepAliveMs: 30_000 }],
    ['proxyjump ana@bastion:2222', { proxyJump: 'ana@bastion:2222' }],
    ['proxycommand nc %h %p', { proxyCommand: 'nc %h %p' }],
    ['hostkeyalias web', { hostKeyAlias: 'web' }],
    ['identityagent none', { identityAgent: 'none' }],
    ['identityfile none', { identityFiles: [] }],
    ['userknownhostsfile none', { knownHostsFiles: [] }],
  ];
  it.each(rows)('%s', (line, settings) => {
    expect(parseSshConfig(line, local)).toMatchObject(settings);
  });

  it.each(['proxyjump none', 'proxycommand none', 'hostkeyalias none'])('%s is nothing', (line) => {
    const settings = parseSshConfig(line, local);
    expect(settings).not.toHaveProperty(['proxyJump']);
    expect(settings).not.toHaveProperty(['proxyCommand']);
    expect(settings).not.toHaveProperty(['hostKeyAlias']);
  });
});
