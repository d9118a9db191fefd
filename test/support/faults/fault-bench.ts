import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { coreship } from '../cli.ts';
import { clearLab } from '../lab/clear-lab.ts';
import { givenProgram } from '../lab/lab-programs.ts';
import { shell, testLab } from '../lab/test-lab.ts';
import { copyProject, edit, type TestProject } from '../project.ts';
import { awaitRig } from './await-rig.ts';
import type { Chain } from './chain.ts';
import { coreshipChain } from './coreship-chain.ts';
import type { Fault } from './fault.ts';
import { type Measured, measure } from './measure.ts';
import type { Rig } from './rig.ts';

/** Both instances and the load balancer, deployed for the tests of a file, and what faults do to them. */
export interface FaultBench {
  /** Makes a fault happen under load, as soon as all is well, and tells what was seen. */
  see(fault: Fault): Promise<Measured>;
  /** Waits until all is well, and says where everything runs. */
  rig(): Promise<Rig>;
}

/** What may follow etcd in the load balancer: etcdctl always, and the confd that the tests are given. */
export const watchers = ['etcdctl', ...(givenProgram('confd') ? ['confd'] : [])] as const;

if (!givenProgram('confd')) {
  process.stderr.write('faults are not tested with confd: CORESHIP_LAB_BIN names no folder with one\n');
}

/** Deploys the repository's project on the tests' lab before a group's tests. */
export function faultBench(watcher: string): FaultBench {
  let project: TestProject;
  let chain: Chain;
  const rig = () => awaitRig(shell, chain);
  beforeAll(async () => {
    await clearLab();
    project = await copyProject();
    // Which confd it is, the image finds out itself.
    if (watcher === 'etcdctl') {
      const image = '    image: example/nginx_lb\n';
      await edit(
        join(project.root, 'coreship.yaml'),
        image,
        `${image}    environment: { WATCHER: etcdctl }\n`,
      );
      const rendered = await coreship(project.root, 'render');
      expect(rendered.code, rendered.stderr).toBe(0);
    }
    chain = coreshipChain(testLab, project.root);
    await chain.deploy();
    const { balancer } = await rig();
    expect(await shell.scriptOn(balancer, chain.watcher)).toMatch(new RegExp(`^${watcher}`));
  });
  afterAll(() => project.remove());
  return { rig, see: async (fault) => await measure(fault, await rig(), times) };
}

/** Asserts that every request got its page. */
export function expectNoFailure({ requests }: Measured): void {
  expect(requests.filter(({ why }) => why !== undefined)).toEqual([]);
  expect(requests.length).toBeGreaterThan(20);
}

/** Asserts that a fault was seen in the list and was gone again, and that requests failed only meanwhile. */
export function expectFailuresOnlyUntilOut({ requests, out, back, answers }: Measured): void {
  const shown = JSON.stringify(answers);
  expect(out, `never out of the list: ${shown}`).toBeDefined();
  expect(back, `never back in the list: ${shown}`).toBeDefined();
  const after = (out ?? 0) + margin;
  const outside = requests.filter(({ at, why }) => why !== undefined && (at < -margin || at > after));
  expect(outside).toEqual([]);
}

/** Milliseconds: a request may be under way when something changes, and the list is looked at a few times a second. */
export const margin = 1_500;

/** Generous: the tests say what happens, the bench says how fast. */
const times = { leadMs: 1_000, tailMs: 1_500, changeMs: 60_000 };
