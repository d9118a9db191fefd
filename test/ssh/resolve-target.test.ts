import { homedir, userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createResolveTarget } from '../../src/ssh/resolve-target.ts';

/** A fake `ssh` that remembers how it was called. */
function fakeSsh(output: string | undefined) {
  const calls: string[] = [];
  const resolve = createResolveTarget((args) => {
    calls.push(args.join(' '));
    return Promise.resolve(output);
  });
  return { calls, resolve };
}

describe('createResolveTarget', () => {
  it('gives the target’s own fields precedence', async () => {
    const { resolve, calls } = fakeSsh(
      'user core\nhostname 10.0.0.1\nport 22\nidentityfile /a\nstricthostkeychecking accept-new\nproxyjump b\n',
    );
    const login = await resolve({
      name: 'm1',
      host: 'web1',
      port: 2222,
      user: 'root',
      identityFiles: ['/k'],
      knownHostsFiles: ['/kh'],
      unknownHostKey: 'refuse',
      bastion: { name: 'jump', host: 'jump' },
    });
    expect(calls).toEqual(['-G -p 2222 -l root -- web1']);
    expect(login).toMatchObject({
      name: 'm1',
      hostname: '10.0.0.1',
      port: 2222,
      user: 'root',
      identityFiles: ['/k'],
      ownIdentities: true,
      knownHostsFiles: ['/kh'],
      unknownHostKey: 'refuse',
      bastion: { name: 'jump', host: 'jump' },
    });
  });

  it('takes what the target leaves out from the configuration', async () => {
    const { resolve } = fakeSsh(
      'user core\nhostname 10.0.0.1\nport 2200\nidentityfile /a\nstricthostkeychecking accept-new\nproxyjump b,c@d:1\n',
    );
    expect(await resolve({ name: 'm1', host: 'web1' })).toMatchObject({
      hostname: '10.0.0.1',
      port: 2200,
      user: 'core',
      identityFiles: ['/a'],
      ownIdentities: false,
      unknownHostKey: 'accept-new',
      bastion: { host: 'd', user: 'c', port: 1, bastion: { host: 'b' } },
    });
  });

  it('asks once for each host', async () => {
    const { resolve, calls } = fakeSsh('user core\n');
    await Promise.all([resolve({ name: 'a', host: 'web1' }), resolve({ name: 'b', host: 'web1' })]);
    await resolve({ name: 'c', host: 'web2' });
    expect(calls).toEqual(['-G -- web1', '-G -- web2']);
  });

  it('has defaults where there is no ssh', async () => {
    const { resolve } = fakeSsh(undefined);
    expect(await resolve({ name: 'm1', host: 'web1' })).toMatchObject({
      hostname: 'web1',
      port: 22,
      user: userInfo().username,
      knownHostsFiles: [`${homedir()}/.ssh/known_hosts`, '/etc/ssh/ssh_known_hosts'],
    });
  });

  it.each([
    { host: '-oProxyCommand=id' },
    { host: 'a b' },
    { host: '' },
    { host: 'web1', user: '-l' },
    { host: 'web1\n' },
  ])('refuses $host $user', async (target) => {
    const { resolve, calls } = fakeSsh('');
    await expect(resolve({ name: 'm1', ...target })).rejects.toMatchObject({ code: 'config' });
    expect(calls).toEqual([]);
  });
});
