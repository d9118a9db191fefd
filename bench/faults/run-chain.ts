import type { LabShell } from '../../test/integration/support/lab-shell.ts';
import type { Chain } from './chain.ts';
import { faults } from './faults.ts';
import { measure } from './measure.ts';
import type { BenchOptions } from './options.ts';
import type { ChainReport } from './report.ts';
import type { Rig } from './rig.ts';
import { measureSteady } from './steady.ts';
import { type Row, summarise } from './summary.ts';
import { wellRig } from './well-rig.ts';

const patience = { lead: 2_000, tail: 3_000, change: 45_000 };

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
      const row = summarise(await measure(fault, await recovered(shell, chain), patience));
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
  return await wellRig(shell, chain).catch(async () => {
    await chain.destroy();
    await chain.deploy();
    return await wellRig(shell, chain);
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
