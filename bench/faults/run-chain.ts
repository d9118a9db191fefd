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

const patience = { lead: 2_000, tail: 3_000, change: 60_000 };

/** Deploys a chain, sees it through all faults, and takes it away. One that does not recover is deployed anew. */
export async function runChain(
  shell: LabShell,
  chain: Chain,
  options: BenchOptions,
  say: (text: string) => void,
): Promise<ChainReport> {
  say(`${chain.name}: deploying`);
  await chain.deploy();
  const rows: Row[] = [];
  for (const fault of faults) {
    if (options.faults.length > 0 && !options.faults.includes(fault.name)) continue;
    const row = summarise(await measure(fault, await recovered(shell, chain), patience));
    rows.push(row);
    say(`${chain.name}: ${fault.title}: ${row.failed} of ${row.sent} failed`);
  }
  const rig = await recovered(shell, chain);
  const setting = await settingOf(rig);
  const steady = options.steady && chain.name === 'coreship' ? await measureSteady(rig, 20, 60) : undefined;
  await chain.destroy();
  return { chain: chain.name, setting, rows, ...(steady ? { steady } : {}) };
}

async function recovered(shell: LabShell, chain: Chain): Promise<Rig> {
  return await wellRig(shell, chain).catch(async () => {
    await chain.destroy();
    await chain.deploy();
    return await wellRig(shell, chain);
  });
}

async function settingOf({ shell, chain, balancer }: Rig): Promise<string> {
  const script = `
    docker exec nginx_lb sh -c 'if command -v confd >/dev/null; then confd -version 2>&1 || confd version; else echo "etcdctl watch"; fi'
    etcd --version | head -n 1`;
  const [watcher = '', etcd = ''] = (await shell.scriptOn(balancer, script)).split('\n');
  return `${watcher.trim()}, ${etcd.trim().replace(' Version:', '')}, API ${chain.api}`;
}
