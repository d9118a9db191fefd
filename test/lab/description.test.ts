import { expect, it } from 'vitest';
import { describeLab } from '../../src/lab/description.ts';
import { labOf } from '../../src/lab/lab.ts';
import { layOut } from '../../src/lab/layout.ts';

it('describes a lab as a cluster: machines by address, etcd as each machine reaches it', () => {
  const newId = () => 'id';
  const layout = layOut({ name: 'dev', machines: 2, base: 'base', takenSubnets: new Set(), newId });
  const lab = describeLab(labOf(layout));
  expect(lab.etcd.endpoints).toEqual(['http://127.0.0.1:2379']);
  expect(lab.machines.map(({ name, address }) => [name, address])).toEqual(
    layout.machines.map(({ name, address }) => [name, address]),
  );
});
