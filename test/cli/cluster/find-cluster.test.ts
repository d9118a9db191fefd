import { describe, expect, it } from 'vitest';
import { findCluster } from '../../../src/cli/cluster/find-cluster.ts';
import type { Project } from '../../../src/project/project.ts';

const production = { name: 'Production_2', engine: 'systemd', machines: [], entry: [], socket: '' } as const;
const project: Project = {
  root: '/project',
  name: 'shop',
  registry: { api: 'v3', key: 'address' },
  services: [],
  clusters: [production],
  units: [],
  instances: [],
};

describe('a cluster by its name', () => {
  it('is the one of coreship.yaml, whatever labs there are', async () => {
    expect(await findCluster(project, 'Production_2')).toBe(production);
  });

  it.each([
    ['Production_1', 'did you mean "Production_2"?'],
    ['../etc', 'known are "Production_2"'],
    ['none-such', 'known are "Production_2"; coreship lab up --name none-such would make a local one'],
  ])('%s is none', async (name, hint) => {
    await expect(findCluster(project, name)).rejects.toMatchObject({
      code: 'config',
      message: `there is no cluster ${name}`,
      hint,
    });
  });

  it('is not found where coreship.yaml has none', async () => {
    await expect(findCluster({ ...project, clusters: [] }, 'Moon')).rejects.toMatchObject({
      hint: 'coreship.yaml has none',
    });
  });
});
