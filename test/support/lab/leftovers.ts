import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupRoots } from '../../../src/lab/cgroup.ts';
import { runOnHost } from '../../../src/lab/host.ts';
import { labPaths } from '../../../src/lab/paths.ts';

/** Everything on this host that carries a lab's name: mounts, interfaces, namespaces, processes, groups, files. */
export async function leftoversOf(lab: string): Promise<readonly string[]> {
  const { folder } = labPaths(lab);
  const named = (lines: string, mark: string): readonly string[] =>
    lines.split('\n').filter((line) => line.includes(mark));
  return [
    ...named(await readFile('/proc/self/mounts', 'utf8'), `${folder}/`),
    ...named(await runOnHost(['ip', '-oneline', 'link', 'show']), ` v${lab}-`),
    ...named(await runOnHost(['ip', '-oneline', 'link', 'show']), ` cs-${lab}:`),
    ...named(await runOnHost(['ip', 'netns', 'list']), `coreship-${lab}-`),
    ...named(await runOnHost(['ps', '-e', '-o', 'args=', '--width', '1000']), `${folder}/`),
    ...(await groupsOf(lab)),
    ...(await readdir(folder).catch(() => [])).map((entry) => join(folder, entry)),
  ];
}

async function groupsOf(lab: string): Promise<readonly string[]> {
  const roots = Object.values(await cgroupRoots()).filter((root) => root !== undefined);
  const groups = roots.map((root) => join(root, 'coreship-labs', lab));
  const found = await Promise.all(groups.map((group) => readdir(group).catch(() => [])));
  return groups.filter((_, index) => (found[index]?.length ?? 0) > 0);
}
