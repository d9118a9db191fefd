import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { exists } from '../exists.ts';
import { findAptSource } from './apt-source.ts';
import { type EmitLabEvent, runStep } from './events.ts';
import { withFileLock } from './file-lock.ts';
import { type HostOptions, runOnHost } from './host.ts';
import { finishMachineRoot } from './machine-root.ts';
import { basePath, cacheFolder } from './paths.ts';
import { imageRecipe, machineRecipe, type Recipe, recipeName } from './recipe.ts';
import { bootstrapRoot, installPackages } from './rootfs.ts';
import { runInParallel } from './run-in-parallel.ts';
import { storedLayouts } from './stored-layout.ts';
import { hostSuite } from './support.ts';

/** What all labs of this host are built on. */
export interface Bases {
  /** Name of the machines' base, a folder in the cache. */
  readonly machine: string;
  /** Path of the tar archive that is the base of the example images. */
  readonly imageArchive: string;
}

/**
 * Builds the bases that are missing. Only one coreship builds at a time, and a base is complete or missing: it is built
 * in another folder and renamed. A new base replaces those of earlier recipes that no lab uses.
 */
export async function ensureBases(emit: EmitLabEvent, signal?: AbortSignal): Promise<Bases> {
  const suite = await hostSuite();
  const arch = (await runOnHost(['dpkg', '--print-architecture'])).trim();
  const machine = machineRecipe(suite, arch);
  const image = imageRecipe(suite, arch);
  const recipes = [machine, image];
  const bases = { machine: recipeName(machine), imageArchive: pathOf(image) };
  if ((await missingOf(recipes)).length === 0) return bases;
  const text = 'waiting for another coreship that builds the base';
  const onWait = (): void => emit({ type: 'detail', step: 'base', text });
  await withFileLock(join(cacheFolder, '.lock'), { timeoutMs: 600_000, onWait, signal }, async () => {
    const missing = await missingOf(recipes);
    if (missing.length === 0) return;
    const title = `building the base from Debian ${suite} packages (once, about a minute)`;
    await runStep(emit, 'base', title, async () => {
      await build(missing, suite, emit, signal);
      await removeUnused(recipes, emit);
    });
  });
  return bases;
}

/**
 * Removes the bases in a folder, directories and archives alike, that are not in `keep`; the result names them. The
 * caller holds the lock under which bases are built.
 */
export async function pruneBases(folder: string, keep: ReadonlySet<string>): Promise<readonly string[]> {
  const unused = (await readdir(folder)).filter((name) => /^(machine|image)-/.test(name) && !keep.has(name));
  for (const name of unused) {
    // Under its own name, a base that was half removed would count as complete after an interruption.
    const doomed = join(folder, `building-${name}`);
    await rename(join(folder, name), doomed);
    await rm(doomed, { recursive: true, force: true });
  }
  return unused;
}

/** Debian's minimal root is made once and copied, as making it takes longer than everything after it. */
async function build(
  recipes: readonly Recipe[],
  suite: string,
  emit: EmitLabEvent,
  signal?: AbortSignal,
): Promise<void> {
  await runOnHost(['sh', '-c', 'rm -rf "$0"/building-*', cacheFolder], { timeoutMs: 60_000 });
  const folder = await mkdtemp(join(cacheFolder, 'building-'));
  const detail = (text: string): void => emit({ type: 'detail', step: 'base', text });
  try {
    const minimal = join(folder, 'minimal');
    await mkdir(minimal, { mode: 0o755 });
    const source = await findAptSource(suite);
    detail(`debootstrap of ${source.suite} from ${source.mirror}`);
    await bootstrapRoot(minimal, source, { signal });
    const finish =
      (recipe: Recipe) =>
      async (stop: AbortSignal): Promise<void> => {
        const root = join(folder, recipe.kind);
        await runOnHost(['cp', '--archive', minimal, root], { signal: stop, timeoutMs: 120_000 });
        detail(`packages of the ${recipe.kind}s: ${recipe.packages.join(' ')}`);
        await installPackages(root, recipe.packages, { signal: stop });
        if (recipe.kind === 'machine') await finishMachineRoot(root, recipe, { signal: stop });
        else await archive(root, { signal: stop });
      };
    await runInParallel(recipes.map(finish), signal);
    for (const recipe of recipes) await rename(join(folder, fileName(recipe, recipe.kind)), pathOf(recipe));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes the bases of earlier recipes, except those that a lab's machines use. */
async function removeUnused(recipes: readonly Recipe[], emit: EmitLabEvent): Promise<void> {
  const used = (await storedLayouts()).map((layout) => layout.base);
  const current = recipes.map((recipe) => basename(pathOf(recipe)));
  const removed = await pruneBases(cacheFolder, new Set([...used, ...current]));
  if (removed.length === 0) return;
  emit({ type: 'detail', step: 'base', text: `removed, as no lab uses them: ${removed.join(', ')}` });
}

async function archive(root: string, options: HostOptions): Promise<void> {
  const words = ['tar', '--directory', root, '--one-file-system', '--create', '--file', `${root}.tar`, '.'];
  await runOnHost(words, { ...options, timeoutMs: 120_000 });
}

async function missingOf(recipes: readonly Recipe[]): Promise<readonly Recipe[]> {
  const found = await Promise.all(recipes.map((recipe) => exists(pathOf(recipe))));
  return recipes.filter((_, index) => !found[index]);
}

/** Where the base of a recipe is, or will be. */
function pathOf(recipe: Recipe): string {
  return basePath(fileName(recipe, recipeName(recipe)));
}

/** A machine's base is a folder, an image's a tar archive. */
function fileName({ kind }: Recipe, name: string): string {
  return kind === 'machine' ? name : `${name}.tar`;
}
