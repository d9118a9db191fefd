import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { exists } from '../exists.ts';
import { type AptSource, indexTargetFormat, parseAptSources } from './apt-source.ts';
import { type EmitLabEvent, inStep } from './events.ts';
import { withFileLock } from './file-lock.ts';
import { type HostOptions, host } from './host.ts';
import { finishMachineRoot } from './machine-root.ts';
import { cacheFolder } from './paths.ts';
import { pruneBases } from './prune-bases.ts';
import { imageRecipe, machineRecipe, type Recipe, recipeName } from './recipe.ts';
import { bootstrapRoot, installPackages } from './rootfs.ts';
import { storedLayouts } from './stored-layout.ts';
import { hostSuite } from './support.ts';
import { together } from './together.ts';

/** What all labs of this host rest on. */
export interface Bases {
  /** Name of the machines' root, a folder in the cache. */
  readonly machine: string;
  /** The tar archive of the root below the example images. */
  readonly imageArchive: string;
}

/** The names of today's bases, whether they are built or not. */
export async function namedBases(): Promise<Bases & { readonly recipes: readonly Recipe[] }> {
  const suite = await hostSuite();
  const arch = (await host(['dpkg', '--print-architecture'])).trim();
  const recipes = [machineRecipe(suite, arch), imageRecipe(suite, arch)];
  const [machine = '', image = ''] = recipes.map(recipeName);
  return { recipes, machine, imageArchive: join(cacheFolder, `${image}.tar`) };
}

/** Folder of a base of the machines, by its name. */
export function baseFolder(name: string): string {
  return join(cacheFolder, name);
}

/**
 * Builds what is missing of the bases. Only one coreship builds at a time, and a base is there whole or not
 * at all: it is built aside and renamed. A new one replaces those of earlier recipes that no lab uses.
 */
export async function ensureBases(emit: EmitLabEvent, signal?: AbortSignal): Promise<Bases> {
  const bases = await namedBases();
  if ((await missingOf(bases.recipes)).length === 0) return bases;
  const onWait = (): void => emit({ type: 'detail', step: 'base', text: 'another coreship builds the base' });
  await withFileLock(join(cacheFolder, '.lock'), { timeoutMs: 600_000, onWait, signal }, async () => {
    const missing = await missingOf(bases.recipes);
    if (missing.length === 0) return;
    const [first] = missing;
    const text = `building the base out of Debian ${first?.suite} packages (once, about a minute)`;
    await inStep(emit, 'base', text, async () => {
      await build(missing, emit, signal);
      await prune(bases.recipes, emit);
    });
  });
  return bases;
}

/** Debian's minimal root is made once and copied, for it takes longer than all that follows. */
async function build(recipes: readonly Recipe[], emit: EmitLabEvent, signal?: AbortSignal): Promise<void> {
  await host(['sh', '-c', 'rm -rf "$0"/building-*', cacheFolder], { timeoutMs: 60_000 });
  const folder = await mkdtemp(join(cacheFolder, 'building-'));
  const detail = (text: string): void => emit({ type: 'detail', step: 'base', text });
  try {
    const minimal = join(folder, 'minimal');
    await mkdir(minimal, { mode: 0o755 });
    const source = await aptSource(recipes[0]?.suite ?? '');
    detail(`debootstrap of ${source.suite} from ${source.mirror}`);
    await bootstrapRoot(minimal, source, { signal });
    const finish =
      (recipe: Recipe) =>
      async (stop: AbortSignal): Promise<void> => {
        const root = join(folder, recipe.kind);
        await host(['cp', '--archive', minimal, root], { signal: stop, timeoutMs: 120_000 });
        detail(`packages of the ${recipe.kind}s: ${recipe.packages.join(' ')}`);
        await installPackages(root, recipe.packages, { signal: stop });
        if (recipe.kind === 'machine') await finishMachineRoot(root, recipe, { signal: stop });
        else await archive(root, { signal: stop });
      };
    await together(recipes.map(finish), signal);
    for (const recipe of recipes) await rename(join(folder, resultOf(recipe)), finished(recipe));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bases of earlier recipes go, but for those below the machines of a lab. */
async function prune(recipes: readonly Recipe[], emit: EmitLabEvent): Promise<void> {
  const used = (await storedLayouts()).map((layout) => layout.base);
  const today = recipes.map((recipe) => basename(finished(recipe)));
  const removed = await pruneBases(cacheFolder, new Set([...used, ...today]));
  if (removed.length === 0) return;
  emit({ type: 'detail', step: 'base', text: `removed, as no lab uses them: ${removed.join(', ')}` });
}

async function archive(root: string, options: HostOptions): Promise<void> {
  const words = ['tar', '--directory', root, '--one-file-system', '--create', '--file', `${root}.tar`, '.'];
  await host(words, { ...options, timeoutMs: 120_000 });
}

/** What the build leaves for a recipe, below the folder it works in. */
function resultOf(recipe: Recipe): string {
  return recipe.kind === 'machine' ? recipe.kind : `${recipe.kind}.tar`;
}

function finished(recipe: Recipe): string {
  const name = recipeName(recipe);
  return join(cacheFolder, recipe.kind === 'machine' ? name : `${name}.tar`);
}

async function missingOf(recipes: readonly Recipe[]): Promise<readonly Recipe[]> {
  const there = await Promise.all(recipes.map((recipe) => exists(finished(recipe))));
  return recipes.filter((_, index) => !there[index]);
}

async function aptSource(suite: string): Promise<AptSource> {
  const words = ['apt-get', 'indextargets', '--format', indexTargetFormat, 'Created-By: Packages'];
  const known = parseAptSources(await host(words), suite);
  if (known) return known;
  throw new CoreshipError('failed', `apt here knows no mirror of Debian ${suite}`, {
    hint: 'add one to /etc/apt/sources.list.d and run apt-get update',
  });
}
