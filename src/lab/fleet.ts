import { chmod, copyFile, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { type EmitLabEvent, inStep } from './events.ts';
import { readText } from './files.ts';
import { lastLines } from './host.ts';
import type { LabLayout, MachineLayout } from './layout.ts';
import { machinePaths } from './paths.ts';
import { hashOfPrograms } from './programs.ts';
import { awaitUnits } from './readiness.ts';
import { writeFilesBelow } from './rootfs.ts';
import { onMachine } from './ssh.ts';

/** The programs that make a machine one of a fleet cluster, as they are named in the folder that is given. */
const programs = ['fleetd', 'fleetctl'] as const;

/** Makes the running machines of a lab a fleet cluster out of the programs in `bin`; again only where they changed. */
export async function ensureFleet(
  layout: LabLayout,
  bin: string,
  emit: EmitLabEvent,
  signal?: AbortSignal,
): Promise<void> {
  const mark = `${await hashOfPrograms(bin, programs)}\n`;
  const machines = await Promise.all(
    layout.machines.map(async (machine) => ({ machine, there: await readText(markPath(layout, machine)) })),
  );
  const missing = machines.filter(({ there }) => there !== mark).map(({ machine }) => machine);
  if (missing.length > 0) {
    await inStep(emit, 'fleet', `fleet on ${missing.map(({ name }) => name).join(', ')}`, async () => {
      await Promise.all(missing.map((machine) => equip(layout, machine, bin, mark, signal)));
    });
  }
  await Promise.all(layout.machines.map((machine) => awaitUnits(layout, machine, ['fleet.service'], signal)));
}

async function equip(
  layout: LabLayout,
  machine: MachineLayout,
  bin: string,
  mark: string,
  signal?: AbortSignal,
): Promise<void> {
  const { root } = machinePaths(layout.name, machine.name);
  const folder = join(root, 'usr/local/bin');
  await mkdir(folder, { recursive: true });
  for (const program of programs) {
    await copyFile(join(bin, program), join(folder, `.${program}.new`));
    await chmod(join(folder, `.${program}.new`), 0o755);
    await rename(join(folder, `.${program}.new`), join(folder, program));
  }
  await writeFilesBelow(root, fleetFiles(machine));
  const words = [
    'sudo',
    'sh',
    '-c',
    'systemctl daemon-reload && systemctl --quiet enable fleet.socket fleet.service && systemctl restart fleet.socket fleet.service',
  ];
  const { status, stderr } = await onMachine(layout.name, machine, words, { signal });
  if (status !== 0) {
    throw new CoreshipError('failed', `fleet does not start on ${machine.name}`, {
      details: lastLines(stderr),
    });
  }
  await writeFilesBelow(root, { [markFile]: mark });
}

/** The files of a machine that runs fleet, by their path below its root. */
export function fleetFiles({ address, metadata }: MachineLayout): Readonly<Record<string, string>> {
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

/** Tells which programs a machine runs; written last. */
const markFile = 'etc/fleet/programs';

function markPath(layout: LabLayout, machine: MachineLayout): string {
  return join(machinePaths(layout.name, machine.name).root, markFile);
}
