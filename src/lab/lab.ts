import { rm } from 'node:fs/promises';
import { CoreshipError } from '../errors.ts';
import { exists } from '../exists.ts';
import { alone } from './alone.ts';
import { type Bases, baseFolder, ensureBases } from './base.ts';
import { describeLab, type LabDescription } from './description.ts';
import { type EmitLabEvent, inStep } from './events.ts';
import { writeJson } from './files.ts';
import { ensureFleet } from './fleet.ts';
import { imageArchiveOf } from './image-archive.ts';
import { checkImages, ensureImages, type LabImage } from './images.ts';
import { raiseInotifyLimit, restoreInotifyLimit } from './inotify-limit.ts';
import { ensureKey, writeKnownHosts } from './keys.ts';
import { checkLabName, checkMachineCount, type LabLayout } from './layout.ts';
import { isRunning, startMachine } from './machine.ts';
import { connectMachine, ensureBridge } from './network.ts';
import { keepEtcd, refuseOtherEtcd } from './own-etcd.ts';
import { labPaths } from './paths.ts';
import { type Programs, readPrograms } from './programs.ts';
import { awaitUnits } from './readiness.ts';
import { createLayout, readLayout } from './stored-layout.ts';
import { ensureHostPackages, requireLabSupport } from './support.ts';
import { sweepLab } from './sweep.ts';
import { together } from './together.ts';

/** What a lab should be. */
export interface LabOptions {
  /** A small letter, then up to nine small letters, digits and dashes. */
  readonly name: string;
  /** Number of machines, 1 to 7. Default: what the lab has, or 3 for a new one. */
  readonly machines?: number;
  readonly images: readonly LabImage[];
  /**
   * Absolute path of a folder with programs: fleetd and fleetctl make every machine one of a fleet cluster; etcd and
   * etcdctl take the place of Debian's in a new lab; confd goes into the images. Default: Debian's only.
   */
  readonly bin?: string;
}

/**
 * Brings a lab up: from nothing, out of whatever an interrupted run or a reboot of the host left, or only
 * looking after it when it is up already.
 *
 * @throws CoreshipError `failed` where no lab can run or something does not come up, `usage` for a bad name or
 * number of machines, or another number than the lab has, before anything is begun; `interrupted` on abort.
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
  return await alone(name, { emit, signal }, async () => {
    await refuseOtherSize(options);
    await ensureHostPackages(emit);
    const bases = await ensureBases(emit, signal);
    const layout = await settle(options, bases, programs);
    const archive = await imageArchiveOf(name, bases.imageArchive, programs, { signal });
    await startMissing(layout, emit, signal);
    const boots = layout.machines.map(
      (machine) => (stop: AbortSignal) => awaitUnits(layout, machine, neededUnits, stop),
    );
    const build = (stop: AbortSignal): Promise<void> =>
      ensureImages(layout, options.images, archive, emit, { signal: stop });
    await together([...boots, build], signal);
    if (programs?.fleet) await ensureFleet(layout, programs.folder, emit, signal);
    const description = describeLab(layout);
    await writeJson(labPaths(name).description, description);
    return description;
  });
}

/** Takes a lab down and leaves nothing of it behind, however it was left. */
export async function labDown(labName: string, emit: EmitLabEvent): Promise<void> {
  const name = checkLabName(labName);
  await requireLabSupport();
  await alone(name, { emit }, () => inStep(emit, 'clean', `taking ${name} down`, () => sweepLab(name)));
  await restoreInotifyLimit();
}

const neededUnits = ['multi-user.target', 'etcd.service', 'docker.service'];

/** Machines cannot be added to a lab's etcd, nor taken out of it. */
async function refuseOtherSize({ name, machines }: LabOptions): Promise<void> {
  const size = (await readLayout(name))?.machines.length;
  if (size === undefined || machines === undefined || machines === size) return;
  throw new CoreshipError('usage', `${name} has ${size} machines, not ${machines}`, {
    hint: `coreship lab down --name ${name} first, or choose another name`,
  });
}

/** The lab's layout: the one it has, or a new one. */
async function settle(options: LabOptions, bases: Bases, programs: Programs | undefined): Promise<LabLayout> {
  const { name, machines } = options;
  const layout = await readLayout(name);
  if (layout === undefined || !(await exists(baseFolder(layout.base)))) {
    // Without its base, or its layout, nothing that is left of a lab can be used again.
    await sweepLab(name);
    if (programs) await keepEtcd(name, programs);
    return await createLayout(name, machines ?? 3, bases.machine);
  }
  if (programs) await refuseOtherEtcd(name, programs);
  return layout;
}

async function startMissing(layout: LabLayout, emit: EmitLabEvent, signal?: AbortSignal): Promise<void> {
  const running = await Promise.all(layout.machines.map((machine) => isRunning(layout, machine)));
  const missing = layout.machines.filter((_, index) => !running[index]);
  await Promise.all(layout.machines.filter((_, index) => running[index]).map(connectMachine));
  if (missing.length === 0) return;
  const paths = labPaths(layout.name);
  await rm(paths.description, { force: true });
  await raiseInotifyLimit();
  await inStep(emit, 'network', `bridge ${layout.bridge}`, () => ensureBridge(layout, { signal }));
  await ensureKey(paths.identity, `coreship lab ${layout.name}`);
  const names = missing.map((machine) => machine.name).join(', ');
  await inStep(emit, 'machines', `starting ${names}`, async () => {
    const starts = missing.map(
      (machine) => (stop: AbortSignal) => startMachine(layout, machine, { signal: stop }),
    );
    await together(starts, signal);
    await writeKnownHosts(layout);
  });
}
