import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { exists } from '../exists.ts';
import { type EmitLabEvent, inStep } from './events.ts';
import { readJson, writeJson } from './files.ts';
import { type HostOptions, host, lastLines } from './host.ts';
import type { LabLayout, MachineLayout } from './layout.ts';
import { labPaths } from './paths.ts';
import { awaitUnits } from './readiness.ts';
import { onMachine } from './ssh.ts';

/** An image to build in the lab: its name as units pull it, and the folder with its Dockerfile. */
export interface LabImage {
  readonly name: string;
  /** Absolute path of the build context. */
  readonly context: string;
}

/** Content hashes of the images that the lab's registry holds, by name. */
type StoredImages = Readonly<Record<string, string>>;

/**
 * Checks that images can be built and served, before anything is begun.
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

/** Docker looks at a mirror only for names of Docker Hub's kind. */
const hubName = /^[a-z0-9][a-z0-9_-]*(\/[a-z0-9][a-z0-9._-]*)?(:[A-Za-z0-9_][\w.-]*)?$/;

/**
 * Builds images on the lab's first machine and pushes them to the lab's registry, from where every machine's
 * plain `docker pull` gets them; machines that hold an older one get the new one at once, for the next start of
 * a unit. Images whose content has not changed are left as they are.
 */
export async function ensureImages(
  layout: LabLayout,
  images: readonly LabImage[],
  baseArchive: string,
  emit: EmitLabEvent,
  options: HostOptions,
): Promise<void> {
  const { images: record, folder } = labPaths(layout.name);
  let stored: StoredImages = (await readJson<StoredImages>(record)) ?? {};
  for (const image of images) {
    const archive = join(folder, 'context.tar');
    await archiveContext(image.context, archive);
    const hash = await contentHash(archive, baseArchive);
    if (stored[image.name] !== hash) {
      await inStep(emit, 'images', `image ${image.name}`, async () => {
        await awaitUnits(
          layout,
          first(layout),
          ['docker.service', 'docker-registry.service'],
          options.signal,
        );
        const base = await importBase(layout, baseArchive, options);
        const build = ['docker', 'build', '--quiet', '--build-arg', `BASE=${base}`, '--tag', image.name, '-'];
        await docker(layout, build, { ...options, inputFile: archive });
        await push(layout, image.name, options);
        await Promise.all(layout.machines.slice(1).map((machine) => renew(layout, machine, image, options)));
      });
      stored = { ...stored, [image.name]: hash };
      await writeJson(record, stored);
    }
    await rm(archive);
  }
}

/** The same bytes for the same content, whoever checked it out and when. */
async function archiveContext(context: string, archive: string): Promise<void> {
  const sameForAll = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  await host(['tar', ...sameForAll, '--directory', context, '--create', '--file', archive, '.']);
}

async function contentHash(archive: string, baseArchive: string): Promise<string> {
  return createHash('sha256')
    .update(basename(baseArchive))
    .update(await readFile(archive))
    .digest('hex');
}

/** Brings the root below the images to the machine, once. */
async function importBase(layout: LabLayout, baseArchive: string, options: HostOptions): Promise<string> {
  const name = `coreship/lab-base:${basename(baseArchive, '.tar')}`;
  const there = await onMachine(
    layout.name,
    first(layout),
    ['sudo', 'docker', 'image', 'inspect', name],
    options,
  );
  if (there.status !== 0) {
    // To docker a transfer that was cut short looks complete, so it gets its name only afterwards.
    const unchecked = 'coreship/lab-base:importing';
    await docker(layout, ['docker', 'import', '-', unchecked], { ...options, inputFile: baseArchive });
    await docker(layout, ['docker', 'tag', unchecked, name], options);
  }
  return name;
}

async function push(layout: LabLayout, name: string, options: HostOptions): Promise<void> {
  // Docker trusts a registry on the loopback without being told to.
  const target = `127.0.0.1:5000/${name.includes('/') ? name : `library/${name}`}`;
  await docker(layout, ['docker', 'tag', name, target], options);
  await docker(layout, ['docker', 'push', '--quiet', target], options);
}

/** Units pull only what is missing: a machine that holds an older image of that name would go on with it. */
async function renew(
  layout: LabLayout,
  machine: MachineLayout,
  { name }: LabImage,
  options: HostOptions,
): Promise<void> {
  await awaitUnits(layout, machine, ['docker.service'], options.signal);
  const held = await onMachine(layout.name, machine, ['sudo', 'docker', 'image', 'inspect', name], options);
  if (held.status === 0) await docker(layout, ['docker', 'pull', '--quiet', name], options, machine);
}

async function docker(
  layout: LabLayout,
  words: readonly string[],
  options: HostOptions,
  machine = first(layout),
): Promise<void> {
  const limits = { ...options, timeoutMs: 180_000 };
  const result = await onMachine(layout.name, machine, ['sudo', ...words], limits);
  if (result.status === 0) return;
  throw new CoreshipError('failed', `${words.slice(0, 2).join(' ')} failed on ${machine.name}`, {
    details: lastLines(result.stderr || result.stdout),
  });
}

function first(layout: LabLayout): MachineLayout {
  const [machine] = layout.machines;
  if (machine === undefined) throw new CoreshipError('bug', 'a lab without machines');
  return machine;
}
