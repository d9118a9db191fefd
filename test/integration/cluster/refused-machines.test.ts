import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runOnHost } from '../../../src/lab/host.ts';
import { labDisconnect, labReconnect } from '../../../src/lab/machine-control.ts';
import { machinePaths } from '../../../src/lab/paths.ts';
import { type CliRun, coreship } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { clearLab } from '../../support/lab/clear-lab.ts';
import {
  clusterState,
  labUnits,
  registrations,
  systemFiles,
  tutorialState,
} from '../../support/lab/cluster-state.ts';
import {
  labDescription,
  machineName,
  machineNamed,
  scriptOnAll,
  testLab,
  withoutLab,
} from '../../support/lab/test-lab.ts';
import { copyProject, edit, projectFiles, type TestProject } from '../../support/project.ts';

describe.skipIf(withoutLab)('machines that do not do their part', { timeout: 400_000 }, () => {
  let project: TestProject;
  beforeAll(async () => {
    await clearLab();
    project = await copyProject();
    const deployed = await coreship(project.root, 'scale', 'apache', '7777');
    expect(deployed.code, deployed.stderr).toBe(0);
  });
  afterAll(() => project.remove());

  /** Refused with 1 and these words, on every command that would change something, and nothing is changed. */
  const expectRefused = async (says: readonly (string | RegExp)[], cluster: string = testLab) => {
    const before = await projectFiles(project.root);
    const words = ['scale', 'apache', '7777', '8888', '--yes', '--cluster', cluster];
    const refused = await coreship(project.root, ...words);
    expect(refused, refused.stderr).toMatchObject({ code: 1, stdout: '' });
    for (const said of says) expect(refused.stderr).toMatch(said);
    expect(await projectFiles(project.root)).toEqual(before);
    return refused;
  };

  describe('by their ssh', () => {
    let units: Awaited<ReturnType<typeof labUnits>>;
    let files: readonly string[];
    beforeEach(async () => {
      [units, files] = await Promise.all([labUnits(), systemFiles()]);
    });
    afterEach(async () => {
      expect(await labUnits()).toEqual(units);
      expect(await systemFiles()).toEqual(files);
    });

    /** Describes a cluster of the lab's machines in coreship.yaml, some of them other than they should be. */
    const withCluster = async (name: string, odd: Readonly<Record<string, object>>): Promise<void> => {
      const { machines, identityFile, knownHostsFile } = await labDescription();
      const entries = machines.map(({ name: machine, address, user }) => {
        return [machine, { address, user, identityFile, knownHostsFile, ...odd[machine] }];
      });
      const cluster = {
        machines: Object.fromEntries(entries),
        etcd: { endpoints: ['http://127.0.0.1:2379'] },
      };
      const text = `clusters:\n  ${name}: ${JSON.stringify(cluster)}\n`;
      await edit(join(project.root, 'coreship.yaml'), /^clusters:\n( {2}\S+: \{.*\n)?/m, text);
    };

    it('refuses a machine whose port is closed', async () => {
      await withCluster('closed', { [machineName(2)]: { address: '127.0.0.1', port: await freePort() } });
      await expectRefused([machineName(2), 'connection refused', 'sshd listens'], 'closed');
    });

    it('names all machines where none can be reached', async () => {
      const port = await freePort();
      await withCluster('none', {
        [machineName(1)]: { address: '127.0.0.1', port },
        [machineName(2)]: { address: '127.0.0.2', port },
        [machineName(3)]: { address: '127.0.0.3', port },
      });
      await expectRefused(
        [
          new RegExp(
            `^error: ${[1, 2, 3].map(machineName).join(', ')}: not reachable; nothing was changed$`,
            'm',
          ),
        ],
        'none',
      );
    });

    it('refuses a machine that is disconnected', async () => {
      await labDisconnect(testLab, machineName(2));
      try {
        await expectRefused([machineName(2), /no route|no answer/]);
      } finally {
        await labReconnect(testLab, machineName(2));
      }
    });

    it('refuses a machine that takes no key', async () => {
      const key = join(project.root, 'stranger');
      await runOnHost(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
      await withCluster('strange', { [machineName(2)]: { identityFile: key } });
      await expectRefused([machineName(2), 'refused all keys', /stranger/, 'authorized_keys'], 'strange');
    });

    it('refuses a machine whose host key has changed', async () => {
      const other = join(project.root, 'other');
      await runOnHost(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', other]);
      const { address } = await machineNamed(machineName(2));
      const knownHosts = join(project.root, 'known_hosts');
      const key = (await runOnHost(['cat', `${other}.pub`])).split(' ').slice(0, 2).join(' ');
      await writeFile(knownHosts, `# another key\n${address} ${key}\n`);
      await withCluster('changed', { [machineName(2)]: { knownHostsFile: knownHosts } });
      await expectRefused([machineName(2), 'host key has changed', `${knownHosts}:2`], 'changed');
    });

    it('refuses a machine without passwordless sudo', async () => {
      const rule = join(machinePaths(testLab, machineName(2)).root, 'etc/sudoers.d/core');
      const aside = join(machinePaths(testLab, machineName(2)).root, 'root/sudoers-core');
      await rename(rule, aside);
      let refused: CliRun;
      try {
        refused = await expectRefused([machineName(2), 'sudo does not let core run', 'NOPASSWD']);
      } finally {
        await rename(aside, rule);
      }
      expect(refused.stderr).not.toContain(machineName(1));
    });
  });

  it('refuses to work while etcd is away, and what runs goes on and registers again', async () => {
    const mains = async () => (await labUnits()).filter(({ name }) => name === 'apache@7777.service');
    const before = await mains();
    await scriptOnAll('systemctl stop etcd');
    try {
      await expectRefused(['etcd did not answer', 'etcdctl endpoint health']);
    } finally {
      await scriptOnAll('systemctl start --no-block etcd');
    }
    expect(await mains()).toEqual(before);
    await eventually(async () => expect(await registrations()).toHaveLength(1), 'one registration', recovery);
    const { groups, registered } = tutorialState(['7777'], { balancer: false });
    await eventually(
      async () => {
        expect(await clusterState(project.root)).toMatchObject({ groups, registered, wrong: [] });
      },
      'the state before',
      recovery,
    );
  });

  it('shows the last journal lines where an image cannot be pulled', async () => {
    await edit(join(project.root, 'unit-templates/apache@.service'), /example\/apache\b/g, 'example/nowhere');
    await rm(join(project.root, 'instances/apache@8888.service'), { force: true });
    await rm(join(project.root, 'instances/apache-discovery@8888.service'), { force: true });
    const failed = await coreship(project.root, 'scale', 'apache', '8888', '--yes');
    expect(failed.code, failed.stderr).toBe(1);
    expect(failed.stderr).toMatch(/^error: apache@8888\.service on \S+ does not run/m);
    expect(failed.stderr).toContain('last lines of apache@8888.service:');
    expect(failed.stderr).toMatch(/^ +.*(registry-1\.docker\.io|pull access denied)/m);
    const left = (await labUnits()).find(({ name }) => name === 'apache@7777.service');
    expect(left?.active, 'what serves is not taken away for what does not').toBe('active');
  });
});

/** How long to wait for what should come back by itself. */
const recovery = { timeoutMs: 120_000, everyMs: 500 };
