import { mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreshipError, problemsError } from '../errors.ts';
import { mapLimited } from '../limiter.ts';
import { templateOf } from '../unit/name.ts';
import { fileProblem } from './finding.ts';
import { entryKind, folderProblems } from './path-problems.ts';
import { replaceFile } from './write-files.ts';

/** The links to add to `instances/` and to remove from it, by unit name. */
export interface InstanceChanges {
  readonly add: readonly { readonly name: string; readonly template: string }[];
  readonly remove: readonly string[];
}

/**
 * Links and unlinks instances; returns the paths that changed. A link that is already right is left alone, and so is a
 * file with a text of its own where an instance is to be added. Such a file is never removed: that throws `config` before
 * anything is changed.
 */
export async function setInstances(root: string, changes: InstanceChanges): Promise<readonly string[]> {
  const names = [...changes.add.map(({ name }) => name), ...changes.remove];
  refuseOthers(changes, names);
  const entryOf = await readEntries(root, names);
  const ownFiles = changes.remove.filter((name) => {
    const entry = entryOf.get(name);
    return entry !== undefined && entry.link === undefined;
  });
  const paths = names.map((name) => `instances/${name}`);
  const error = problemsError([
    ...(await folderProblems(root, paths)),
    ...ownFiles.map((name) => fileProblem(root, `instances/${name}`, OWN_FILE)),
  ]);
  if (error) throw error;

  const added = changes.add.filter(({ name, template }) => {
    const entry = entryOf.get(name);
    return entry === undefined || (entry.link !== undefined && entry.link !== linkTo(template));
  });
  const removed = changes.remove.filter((name) => entryOf.get(name));
  if (added.length > 0) await mkdir(join(root, 'instances'), { recursive: true });
  await mapLimited(added, ({ name, template }) =>
    replaceFile(join(root, 'instances', name), (temporary) => symlink(linkTo(template), temporary)),
  );
  await mapLimited(removed, (name) => rm(join(root, 'instances', name)));
  return [...added.map(({ name }) => name), ...removed].map((name) => `instances/${name}`);
}

const OWN_FILE = {
  rule: 'own-instance-file',
  message: 'is a file with a text of its own, not a link, and is never removed',
  hint: 'remove it yourself if it is no longer needed',
};

function linkTo(template: string): string {
  return `../unit-templates/${template}`;
}

/** Callers check the instances before; anything else is their bug. */
function refuseOthers(changes: InstanceChanges, names: readonly string[]): void {
  const wrong =
    names.find((name) => templateOf(name) === undefined) ??
    changes.add.find(({ name, template }) => templateOf(name) !== template)?.name;
  if (wrong !== undefined)
    throw new CoreshipError('bug', `${wrong} is not an instance of the template that was given for it`);
}

/** The entry under each name: a link has its target, anything else has none; undefined if there is no entry. */
async function readEntries(
  root: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, { readonly link?: string } | undefined>> {
  const entries = await mapLimited(names, async (name) => {
    const path = join(root, 'instances', name);
    const kind = await entryKind(path);
    if (kind === undefined) return [name, undefined] as const;
    return [name, kind === 'link' ? { link: await readlink(path) } : {}] as const;
  });
  return new Map(entries);
}
