import { awaitRig } from '../../test/support/faults/await-rig.ts';
import type { Chain } from '../../test/support/faults/chain.ts';
import { faults } from '../../test/support/faults/faults.ts';
import { measure } from '../../test/support/faults/measure.ts';
import type { Rig } from '../../test/support/faults/rig.ts';
import { measureSteady } from '../../test/support/faults/steady.ts';
import type { LabShell } from '../../test/support/lab/lab-shell.ts';
import type { BenchOptions } from './options.ts';
import type { ChainReport } from './report.ts';
import { type Row, summarise } from './summary.ts';

const times = { leadMs: 2_000, tailMs: 3_000, changeMs: 45_000 };

/** Deploys a chain and sees it through all faults. One that does not recover is deployed anew. */
export async function runChain(
  shell: LabShell,
  chain: Chain,
  options: BenchOptions,
  say: (text: string) => void,
): Promise<ChainReport> {
  say(`${chain.name}: deploying`);
  // What an earlier run has left may be of another image.
  await chain.destroy();
  await chain.deploy();
  const setting = await settingOf(await recovered(shell, chain));
  const rows: Row[] = [];
  const missing: string[] = [];
  for (const fault of faults) {
    if (options.faults.length > 0 && !options.faults.includes(fault.name)) continue;
    try {
      const row = summarise(await measure(fault, await recovered(shell, chain), times));
      rows.push(row);
      say(`${chain.name}: ${fault.title}: ${row.failed} of ${row.sent} failed`);
    } catch (error) {
      // The others are worth an hour's measuring.
      missing.push(`${fault.title}: ${String(error)}`);
      say(`${chain.name}: not measured: ${missing.at(-1)}`);
    }
  }
  const steadies = options.steady && chain.name === 'coreship';
  const steady = steadies ? await measureSteady(await recovered(shell, chain), 20, 60) : undefined;
  return { chain: chain.name, setting, rows, missing, ...(steady ? { steady } : {}) };
}

async function recovered(shell: LabShell, chain: Chain): Promise<Rig> {
  return await awaitRig(shell, chain).catch(async () => {
    await chain.destroy();
    await chain.deploy();
    return await awaitRig(shell, chain);
  });
}

/** What follows etcd in the load balancer, and which etcd, by their own word. */
async function settingOf({ shell, chain, balancer }: Rig): Promise<string> {
  const script = `
    watcher=$(${chain.watcher})
    echo "$watcher"
    case $watcher in
      confd*) docker exec nginx_lb confd --version ;;
      *) docker exec nginx_lb "$watcher" $([ "$watcher" = curl ] && echo --version || echo version) ;;
    esac | head -n 1
    etcd --version | head -n 1`;
  const [watcher = '', version = '', etcd = ''] = (await shell.scriptOn(balancer, script)).split('\n');
  const plain = (text: string): string =>
    text
      .replace(/ \(.*/, '')
      .replace(/ version:/i, '')
      .trim();
  return `${watcher} (${plain(version)}) following ${plain(etcd)} by API ${chain.api}`;
}
