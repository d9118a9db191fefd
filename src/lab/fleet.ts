import { chmod, copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { type EmitLabEvent, runStep } from './events.ts';
import { readText } from './files.ts';
import { lastLines } from './host.ts';
import type { Lab, Machine } from './lab.ts';
import type { MachineLayout } from './layout.ts';
import type { ProgramSet } from './programs.ts';
import { awaitUnits } from './readiness.ts';
import { writeFilesBelow } from './rootfs.ts';
import { tryOnMachine } from './ssh.ts';

/** Makes the running machines of a lab a fleet cluster; machines that have these programs already stay as they are. */
export async function ensureFleet(
  lab: Lab,
  programs: FleetPrograms,
  emit: EmitLabEvent,
  signal?: AbortSignal,
): Promise<void> {
  const installed = await Promise.all(lab.machines.map(({ paths }) => readText(join(paths.root, markFile))));
  const missing = lab.machines.filter((_, index) => installed[index]?.trim() !== programs.hash);
  if (missing.length > 0) {
    await runStep(emit, 'fleet', `fleet on ${missing.map(({ name }) => name).join(', ')}`, async () => {
      await Promise.all(missing.map((machine) => installFleet(machine, programs, signal)));
    });
  }
  await Promise.all(lab.machines.map((machine) => awaitUnits(machine, ['fleet.service'], signal)));
}

/** fleetd and fleetctl, and the folder that has them. */
interface FleetPrograms extends ProgramSet {
  readonly folder: string;
}

async function installFleet(machine: Machine, programs: FleetPrograms, signal?: AbortSignal): Promise<void> {
  const { root } = machine.paths;
  const folder = join(root, 'usr/local/bin');
  await mkdir(folder, { recursive: true });
  for (const name of programs.names) {
    await copyFile(join(programs.folder, name), join(folder, `.${name}.new`));
    await chmod(join(folder, `.${name}.new`), 0o755);
    await rename(join(folder, `.${name}.new`), join(folder, name));
  }
  await writeFilesBelow(root, fleetFiles(machine));
  const script = [
    'systemctl daemon-reload',
    'systemctl --quiet enable fleet.socket fleet.service',
    'systemctl restart fleet.socket fleet.service',
  ];
  const { status, stderr } = await tryOnMachine(machine, ['sudo', 'sh', '-ec', script.join('\n')], {
    signal,
  });
  if (status !== 0) {
    throw new CoreshipError('failed', `fleet does not start on ${machine.name}`, {
      details: lastLines(stderr),
    });
  }
  await writeFilesBelow(root, { [markFile]: `${programs.hash}\n` });
}

/** The files of a machine that runs fleet, by their path below its root. */
export function fleetFiles({
  address,
  metadata,
}: Pick<MachineLayout, 'address' | 'metadata'>): Readonly<Record<string, string>> {
  const pairs = Object.entries(metadata).map(([key, value]) => `${key}=${value}`);
  return {
    'etc/fleet/fleet.conf': [
      'etcd_servers=["http://127.0.0.1:2379"]',
      `public_ip="${address}"`,
      `metadata="${pairs.join(',')}"`,
      'agent_ttl="10s"',
      '',
    ].join('\n'),
    'etc/systemd/system/fleet.socket': [
      '[Unit]',
      "Description=Socket of fleet's API",
      'PartOf=fleet.service',
      '',
      '[Socket]',
      'ListenStream=/var/run/fleet.sock',
      '',
      '[Install]',
      'WantedBy=sockets.target',
      '',
    ].join('\n'),
    'etc/systemd/system/fleet.service': [
      '[Unit]',
      'Description=fleet',
      'Wants=etcd.service',
      'After=etcd.service',
      'Requires=fleet.socket',
      'After=fleet.socket',
      'StartLimitIntervalSec=0',
      '',
      '[Service]',
      'ExecStart=/usr/local/bin/fleetd',
      'Restart=always',
      'RestartSec=1',
      '',
      '[Install]',
      'WantedBy=multi-user.target',
      '',
    ].join('\n'),
  };
}

/** Holds the hash of the programs that a machine runs; written last. */
const markFile = 'etc/fleet/programs';
