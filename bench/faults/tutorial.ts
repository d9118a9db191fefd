import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabMachine } from '../../src/lab/description.ts';
import type { LabImage } from '../../src/lab/images.ts';
import { type Chain, instances } from '../../test/support/faults/chain.ts';
import type { LabShell } from '../../test/support/lab/lab-shell.ts';
import { repository } from '../../test/support/repository.ts';

const folder = join(repository, 'bench/tutorial');

/** The image of the tutorial's load balancer, for a lab that has a confd in its images' base. */
export const tutorialImage: LabImage = { name: 'example/nginx_2014', context: join(folder, 'image') };

/** The tutorial's chain, put on the machines by hand: plain files and systemctl. */
export function tutorialChain(shell: LabShell): Chain {
  const each = async (script: string): Promise<void> => {
    // One after the other, without waiting for more than systemd does: there was nothing to wait for.
    for (const [index, instance] of instances.entries()) {
      await shell.scriptOn(await machineAt(shell, index), script, [instance]);
    }
  };
  return {
    name: 'tutorial',
    api: 'v2',
    deploy: async () => {
      for (const name of ['apache@.service', 'apache-discovery@.service', 'nginx_lb.service']) {
        const text = await readFile(join(folder, 'units', name), 'utf8');
        await shell.scriptOnAll('printf %s "$2" >"/etc/systemd/system/$1"; systemctl daemon-reload', [
          name,
          text,
        ]);
      }
      await each('systemctl start "apache@$1"');
      await shell.scriptOn(await machineAt(shell, instances.length), 'systemctl start nginx_lb');
    },
    destroy: async () => {
      await shell.scriptOnAll(`
        # Units without a time-out that require each other can wait for each other for ever.
        timeout 20 systemctl stop 'apache@*' 'apache-discovery@*' nginx_lb || true
        timeout 20 docker rm --force $(docker ps --all --quiet) >/dev/null 2>&1 || true
        systemctl kill --signal=KILL 'apache@*' 'apache-discovery@*' nginx_lb || true
        cd /etc/systemd/system && rm -f apache@.service apache-discovery@.service nginx_lb.service
        systemctl daemon-reload; systemctl reset-failed`);
      await shell.scriptOn(
        await machineAt(shell, 0),
        'curl -s -o /dev/null -X DELETE "http://127.0.0.1:2379/v2/keys/services?recursive=true"',
      );
    },
    scale: async (names) => {
      const verbs = instances.map((instance) => (names.includes(instance) ? 'start' : 'stop'));
      for (const [index, instance] of instances.entries()) {
        const words = [verbs[index] ?? '', instance];
        await shell.scriptOn(await machineAt(shell, index), 'systemctl "$1" "apache@$2"', words);
      }
    },
    changeMain: () => each('systemctl restart "apache@$1"'),
    changeSidekick: () => each('systemctl try-restart "apache-discovery@$1"'),
    look: `echo "served: $(sed -n 's/^ *server \\([0-9.:]*\\);.*/"\\1"/p' "/proc/$pid/root/etc/nginx/sites-enabled/app.conf")"`,
    watcher: 'echo confd',
  };
}

async function machineAt(shell: LabShell, index: number): Promise<LabMachine> {
  const machine = (await shell.machines())[index];
  if (!machine) throw new Error('the lab has too few machines');
  return machine;
}
