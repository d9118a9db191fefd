import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { exists } from '../exists.ts';
import { type EmitLabEvent, runStep } from './events.ts';
import { readJson, writeJson } from './files.ts';
import { type HostOptions, lastLines, runOnHost } from './host.ts';
import type { Lab, Machine } from './lab.ts';
import { awaitUnits } from './readiness.ts';
import { tryOnMachine } from './ssh.ts';

/** An image to build in the lab. */
export interface LabImage {
  /** As units pull it. */
  readonly name: string;
  /** Absolute path of the build context, a folder with a Dockerfile. */
  readonly context: string;
}

/** Content hashes of the images that the lab's registry holds, by name. */
type StoredImages = Readonly<Record<string, string>>;

/**
 * Checks that images can be built and served, before anything is changed.
 *
 * @throws CoreshipError `config` naming the first that cannot.
 */
export async function checkImages(images: readonly LabImage[]): Promise<void> {
  for (const { name, context } of images) {
    if (!hubName.test(name)) {
      throw new CoreshipError('config', `the lab cannot serve an image named ${JSON.stringify(name)}`, {
        hint: 'name it as on Docker Hub: user/name, without a registry host',
      });
    }
    if (!(await exists(join(context, 'Dockerfile')))) {
      throw new CoreshipError('config', `image ${name} has no Dockerfile in ${context}`);
    }
  }
}

/** Docker asks a mirror only for names as on Docker Hub. */
const hubName = /^[a-z0-9][a-z0-9_-]*(\/[a-z0-9][a-z0-9._-]*)?(:[A-Za-z0-9_][\w.-]*)?$/;

/**
 * Builds images on the lab's first machine and pushes them to the lab's registry, from which a plain `docker pull` on
 * every machine gets them. Machines that have an older image get the new one at once, for the next start of a unit.
 * Images whose content has not changed stay as they are.
 */
export async function ensureImages(
  lab: Lab,
  images: readonly LabImage[],
  baseArchive: string,
  emit: EmitLabEvent,
  options: HostOptions,
): Promise<void> {
  let stored: StoredImages = (await readJson<StoredImages>(lab.paths.images)) ?? {};
  for (const image of images) {
    const context = join(lab.paths.folder, 'context.tar');
    await archiveContext(image.context, context);
    const hash = await contentHash(context, baseArchive);
    if (stored[image.name] !== hash) {
      await runStep(emit, 'images', `image ${image.name}`, () =>
        buildImage(lab, image.name, context, baseArchive, options),
      );
      stored = { ...stored, [image.name]: hash };
      await writeJson(lab.paths.images, stored);
    }
    await rm(context);
  }
}

async function buildImage(
  lab: Lab,
  name: string,
  context: string,
  baseArchive: string,
  options: HostOptions,
): Promise<void> {
  const [builder, ...others] = lab.machines;
  if (builder === undefined) throw new CoreshipError('bug', 'a lab without machines');
  await awaitUnits(builder, ['docker.service', 'docker-registry.service'], options.signal);
  const base = await importBase(builder, baseArchive, options);
  const build = ['build', '--quiet', '--build-arg', `BASE=${base}`, '--tag', name, '-'];
  await docker(builder, build, { ...options, inputFile: context });
  await push(builder, name, options);
  await Promise.all(others.map((machine) => refreshImage(machine, name, options)));
}

/** The archive has the same bytes for the same content, whoever checked it out and when. */
async function archiveContext(folder: string, archive: string): Promise<void> {
  const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  await runOnHost(['tar', ...reproducible, '--directory', folder, '--create', '--file', archive, '.']);
}

async function contentHash(context: string, baseArchive: string): Promise<string> {
  return createHash('sha256')
    .update(basename(baseArchive))
    .update(await readFile(context))
    .digest('hex');
}

/** Imports the base of the images on the machine, once. The result is its name there. */
async function importBase(machine: Machine, baseArchive: string, options: HostOptions): Promise<string> {
  const name = `coreship/lab-base:${basename(baseArchive, '.tar')}`;
  if (!(await hasImage(machine, name, options))) {
    // To docker an interrupted transfer looks complete, so the image gets its name only afterwards.
    const unchecked = 'coreship/lab-base:importing';
    await docker(machine, ['import', '-', unchecked], { ...options, inputFile: baseArchive });
    await docker(machine, ['tag', unchecked, name], options);
  }
  return name;
}

async function push(machine: Machine, name: string, options: HostOptions): Promise<void> {
  // Docker trusts a registry on the loopback interface without being configured to.
  const target = `127.0.0.1:5000/${name.includes('/') ? name : `library/${name}`}`;
  await docker(machine, ['tag', name, target], options);
  await docker(machine, ['push', '--quiet', target], options);
}

/** Units pull only images that are missing: a machine that has an older image of that name would keep it. */
async function refreshImage(machine: Machine, name: string, options: HostOptions): Promise<void> {
  await awaitUnits(machine, ['docker.service'], options.signal);
  if (await hasImage(machine, name, options)) await docker(machine, ['pull', '--quiet', name], options);
}

async function hasImage(machine: Machine, name: string, options: HostOptions): Promise<boolean> {
  return (await tryOnMachine(machine, ['sudo', 'docker', 'image', 'inspect', name], options)).status === 0;
}

async function docker(machine: Machine, words: readonly string[], options: HostOptions): Promise<void> {
  const limits = { ...options, timeoutMs: 180_000 };
  const result = await tryOnMachine(machine, ['sudo', 'docker', ...words], limits);
  if (result.status === 0) return;
  throw new CoreshipError('failed', `docker ${words[0]} failed on ${machine.name}`, {
    details: lastLines(result.stderr || result.stdout),
  });
}
