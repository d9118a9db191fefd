import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { showStatus } from '../../src/cli/commands/status.ts';
import type { Context } from '../../src/cli/with-cluster.ts';
import { desiredFromFiles } from '../../src/project/desired.ts';
import { readProject } from '../../src/project/read-project.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeIo } from '../fakes/fake-io.ts';
import { SimulatedCluster } from '../fakes/simulated-cluster.ts';
import { simulatedEngine, simulatedRegistry } from '../fakes/simulated-engine.ts';

const { project } = await readProject(fileURLToPath(new URL('../../', import.meta.url)));
const everything = { cluster: 'lab', project: undefined, json: false, service: [], detailedExitcode: true };

/** The repository's project on a cluster that has `foreign` units, and tells of those whose names it is asked for. */
function contextWith(foreign: readonly string[]): Context {
  const simulated = new SimulatedCluster(project.services, { m1: {}, m2: {}, m3: {} });
  const engine = simulatedEngine(simulated);
  const found = foreign.map((name) => ({ name, machine: 'id-of-m1', file: `/etc/systemd/system/${name}` }));
  return {
    project,
    io: new FakeIo(),
    cluster: {
      name: 'lab',
      engine: {
        ...engine,
        observe: async (desired) => ({
          ...(await engine.observe(desired)),
          foreign: found.filter(({ name }) => desired.includes(name)),
        }),
      },
      clock: new FakeClock(),
      registry: () => Promise.resolve(simulatedRegistry(simulated)),
      close: () => Promise.resolve(),
    },
  };
}

it('says with 2 that changes are pending', async () => {
  expect(await showStatus(desiredFromFiles(project, []), everything, contextWith([]))).toBe(2);
});

it('sees foreign units in the way of what is desired, as plan does', async () => {
  const context = contextWith(['nginx_lb.service']);
  await expect(showStatus(desiredFromFiles(project, []), everything, context)).rejects.toMatchObject({
    code: 'failed',
    details: ["m1: /etc/systemd/system/nginx_lb.service is not coreship's"],
  });
});
