import { describe, expect, it } from 'vitest';
import { labOf } from '../../src/lab/lab.ts';
import { layOut } from '../../src/lab/layout.ts';
import { machineFiles, registryAddress } from '../../src/lab/machine-files.ts';

const lab = labOf(
  layOut({
    name: 'dev',
    machines: 2,
    base: 'base',
    takenSubnets: new Set(),
    newId: () => '0123456789abcdef0123456789abcdef',
  }),
);
const net = `10.213.${lab.subnet}`;

function fileOf(number: 1 | 2, path: string): string | undefined {
  const machine = lab.machines[number - 1];
  if (machine === undefined) return undefined;
  const files = machineFiles(machine, { authorized: 'public key\n', host: 'host key\n' });
  return files.find((file) => file.path === path)?.content;
}

describe('the files of a machine', () => {
  it.each([
    ['etc/machine-id', '0123456789abcdef0123456789abcdef\n'],
    ['etc/hostname', 'dev-2\n'],
    ['etc/hosts', `127.0.0.1 localhost\n${net}.11 dev-1\n${net}.12 dev-2\n`],
    ['etc/environment', `COREOS_PRIVATE_IPV4=${net}.12\nCOREOS_PUBLIC_IPV4=${net}.12\n`],
    ['etc/coreship/etcd.env', `ETCDCTL_ENDPOINTS=http://${net}.12:2379,http://${net}.11:2379\n`],
    ['etc/ssh/ssh_host_ed25519_key', 'host key\n'],
    ['home/core/.ssh/authorized_keys', 'public key\n'],
  ])('%s says who it is', (path, content) => {
    expect(fileOf(2, path)).toBe(content);
  });

  it('make etcd one cluster that answers on both ports of all addresses', () => {
    const settings = fileOf(2, 'etc/default/etcd')?.split('\n');
    expect(settings).toEqual(
      expect.arrayContaining([
        'ETCD_NAME=dev-2',
        'ETCD_ENABLE_V2=true',
        'ETCD_LISTEN_CLIENT_URLS=http://0.0.0.0:2379,http://0.0.0.0:4001',
        `ETCD_INITIAL_CLUSTER=dev-1=http://${net}.11:2380,dev-2=http://${net}.12:2380`,
        `ETCD_ADVERTISE_CLIENT_URLS=http://${net}.12:2379`,
      ]),
    );
  });

  it('send docker to the first machine for images', () => {
    expect(JSON.parse(fileOf(2, 'etc/docker/daemon.json') ?? '')).toEqual({
      bip: '172.17.0.1/16',
      'registry-mirrors': [`http://${net}.11:5000`],
      'insecure-registries': [`${net}.11:5000`],
    });
    expect(registryAddress(lab)).toBe(`${net}.11:5000`);
  });

  it('let only the first machine serve images', () => {
    expect([fileOf(1, 'etc/docker/registry/serve'), fileOf(2, 'etc/docker/registry/serve')]).toEqual([
      '',
      undefined,
    ]);
  });
});
