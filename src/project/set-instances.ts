import { lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreshipError, problemsError } from '../errors.ts';
import { templateOf } from '../unit/name.ts';
import { refuseUnsafe } from './inspect-files.ts';
import { pool } from './pool.ts';
import { fileProblem } from './read-units.ts';
import { replaceFile } from './write-files.ts';

/** Which links `instances/` is to gain and to lose; all are unit names. */
export interface InstanceChanges {
  readonly add: readonly { readonly name: string; readonly template: string }[];
  readonly remove: readonly string[];
}

/**
 * Links and unlinks instances; returns the paths that changed. An instance that is there already, as a link or as a
 * file with a text of its own, is kept as it is. Throws `config`, before any change, where a file with a text of its own
 * would have to be removed.
 */
export async function setInstances(root: string, changes: InstanceChanges): Promise<readonly string[]> {
  for (const { name, template } of changes.add) {
    if (templateOf(name) !== template)
      throw new CoreshipError('bug', `${name} is no instance of ${template}`);
  }
  const names = [...changes.add.map(({ name }) => name), ...changes.remove];
  // Only the folder is asked for: the entries themselves are links.
  await refuseUnsafe(root, ['instances/.any']);
  if (names.some((name) => name.includes('/')))
    throw new CoreshipError('bug', 'an instance name holds a slash');
  const kinds = new Map(
    await pool(names, async (name) => [name, await entryKind(join(root, 'instances', name))] as const),
  );
  const ownFiles = changes.remove.filter((name) => kinds.get(name) === 'file');
  const error = problemsError(
    ownFiles.map((name) =>
      fileProblem(root, `instances/${name}`, {
        rule: 'own-instance-file',
        message: 'is a file with a text of its own, not a link; it is not removed',
        hint: 'remove it yourself if it is no longer needed',
      }),
    ),
  );
  if (error) throw error;

  const added = changes.add.filter(
    ({ name, template }) => kinds.get(name) !== 'file' && kinds.get(name) !== linkTarget(template),
  );
  const removed = changes.remove.filter((name) => kinds.get(name) !== undefined);
  if (added.length > 0) await mkdir(join(root, 'instances'), { recursive: true });
  await pool(added, ({ name, template }) =>
    replaceFile(join(root, 'instances', name), (temporary) => symlink(linkTarget(template), temporary)),
  );
  await pool(removed, (name) => rm(join(root, 'instances', name)));
  return [...added.map(({ name }) => name), ...removed].map((name) => `instances/${name}`);
}

function linkTarget(template: string): string {
  return `../unit-templates/${template}`;
}

/** A link's target, `file` for anything else, nothing where there is no such entry. */
async function entryKind(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return undefined;
  return found.isSymbolicLink() ? readlink(path) : 'file';
}
