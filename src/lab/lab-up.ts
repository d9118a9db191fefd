import { rm } from 'node:fs/promises';
import { CoreshipError } from '../errors.ts';
import { exists } from '../exists.ts';
import { ensureBases } from './base.ts';
import { describeLab, type LabDescription } from './description.ts';
import { type EmitLabEvent, runStep } from './events.ts';
import { writeJson } from './files.ts';
import { ensureFleet } from './fleet.ts';
import { imageArchiveOf } from './image-archive.ts';
import { checkImages, ensureImages, type LabImage } from './images.ts';
import { raiseInotifyLimit } from './inotify-limit.ts';
import { ensureKey, writeKnownHosts } from './keys.ts';
import { type Lab, labOf } from './lab.ts';
import { sweepLab } from './lab-down.ts';
import { checkLabName, checkMachineCount, type LabLayout } from './layout.ts';
import { isRunning, startMachine } from './machine.ts';
import { ensureBridge, setLinkUp } from './network.ts';
import { keepEtcd, refuseOtherEtcd } from './own-etcd.ts';
import { basePath } from './paths.ts';
import { type Programs, readPrograms } from './programs.ts';
import { awaitUnits } from './readiness.ts';
import { runInParallel } from './run-in-parallel.ts';
import { createLayout, readLayout } from './stored-layout.ts';
import { ensureHostPackages, requireLabSupport } from './support.ts';
import { withLabLock } from './with-lab-lock.ts';

/** What a lab should be. */
export interface LabOptions {
  /** A small letter, then up to nine small letters, digits and dashes. */
  readonly name: string;
  /** Number of machines, 1 to 7. Default: what the lab has, or 3 for a new one. */
  readonly machines?: number;
  readonly images: readonly LabImage[];
  /**
   * Absolute path of a folder with programs: fleetd and fleetctl make every machine one of a fleet cluster; etcd and
   * etcdctl are used instead of Debian's in a new lab; confd goes into the images. Default: Debian's programs only.
   */
  readonly bin?: string;
}

/**
 * Brings a lab up: from nothing, or from what an interrupted run or a reboot of the host left. A lab that is up is
 * only checked.
 *
 * @throws CoreshipError `failed` where no lab can run or something does not come up; `usage`, before anything is
 * changed, for a bad name or number of machines, or another number than the lab has; `interrupted` on abort.
 */
export async function labUp(
  options: LabOptions,
  emit: EmitLabEvent,
  signal?: AbortSignal,
): Promise<LabDescription> {
  const name = checkLabName(options.name);
  if (options.machines !== undefined) checkMachineCount(options.machines);
  await requireLabSupport();
  await checkImages(options.images);
  const programs = options.bin === undefined ? undefined : await readPrograms(options.bin);
  return await withLabLock(name, { emit, signal }, async () => {
    const stored = await readLayout(name);
    if (stored) refuseOtherSize(stored, options.machines);
    await ensureHostPackages(emit);
    const bases = await ensureBases(emit, signal);
    const lab = labOf(await chooseLayout(stored, options, bases.machine, programs));
    const archive = await imageArchiveOf(lab, bases.imageArchive, programs, { signal });
    await startMissing(lab, emit, signal);
    const boots = lab.machines.map(
      (machine) => (stop: AbortSignal) => awaitUnits(machine, neededUnits, stop),
    );
    const build = (stop: AbortSignal): Promise<void> =>
      ensureImages(lab, options.images, archive, emit, { signal: stop });
    await runInParallel([...boots, build], signal);
    if (programs?.fleet) await ensureFleet(lab, { ...programs.fleet, folder: programs.folder }, emit, signal);
    const description = describeLab(lab);
    await writeJson(lab.paths.description, description);
    return description;
  });
}

const neededUnits = ['multi-user.target', 'etcd.service', 'docker.service'];

/** Machines cannot be added to a lab's etcd, or removed from it. */
function refuseOtherSize({ name, machines }: LabLayout, wanted: number | undefined): void {
  const size = machines.length;
  if (wanted === undefined || wanted === size) return;
  throw new CoreshipError('usage', `${name} has ${size} machines, not ${wanted}`, {
    hint: `coreship lab down --name ${name} first, or choose another name`,
  });
}

/** The stored layout, or a new one where there is none that can still be used. */
async function chooseLayout(
  stored: LabLayout | undefined,
  { name, machines = 3 }: LabOptions,
  base: string,
  programs: Programs | undefined,
): Promise<LabLayout> {
  if (stored === undefined || !(await exists(basePath(stored.base)))) {
    // Without its base or its layout, nothing that is left of a lab can be used.
    await sweepLab(name);
    if (programs) await keepEtcd(name, programs);
    return await createLayout(name, machines, base);
  }
  if (programs) await refuseOtherEtcd(stored.name, programs);
  return stored;
}

async function startMissing(lab: Lab, emit: EmitLabEvent, signal?: AbortSignal): Promise<void> {
  const running = await Promise.all(lab.machines.map(isRunning));
  const missing = lab.machines.filter((_, index) => !running[index]);
  await Promise.all(lab.machines.filter((_, index) => running[index]).map(setLinkUp));
  if (missing.length === 0) return;
  await rm(lab.paths.description, { force: true });
  await raiseInotifyLimit();
  await runStep(emit, 'network', `bridge ${lab.bridge}`, () => ensureBridge(lab, { signal }));
  await ensureKey(lab.paths.identityFile, `coreship lab ${lab.name}`);
  const names = missing.map((machine) => machine.name).join(', ');
  await runStep(emit, 'machines', `starting ${names}`, async () => {
    const starts = missing.map((machine) => (stop: AbortSignal) => startMachine(machine, { signal: stop }));
    await runInParallel(starts, signal);
    await writeKnownHosts(lab);
  });
}
