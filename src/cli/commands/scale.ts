import type { Argv } from 'yargs';
import { scaleTo } from '../../project/desired.ts';
import { setInstances } from '../../project/set-instances.ts';
import { apply } from '../apply.ts';
import { changeOptions, readChangeOptions } from '../change-options.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import { type Arguments, word, words } from '../command.ts';
import type { Io } from '../io.ts';
import { openProject } from '../open-project.ts';
import { warnStale } from '../warn-stale.ts';

export const options = (yargs: Argv): Argv =>
  changeOptions(yargs)
    .positional('service', { type: 'string', describe: 'The service' })
    .positional('instance', { type: 'string', array: true, describe: 'Its instances, all of them' })
    .example('$0 scale apache 7777 8888', 'apache runs twice, on ports 7777 and 8888');

/** `coreship scale apache 7777 8888`: exactly these instances, in `instances/` and then on the cluster. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const service = word(args, 'service') ?? '';
  const instances = words(args, 'instance');
  const project = await openProject(args, io);
  const { desired, links } = scaleTo(project, service, instances);
  await warnStale(project, [service], io);
  const cluster = await openCluster(project, word(args, 'cluster') ?? '', io.err);
  try {
    return await apply(
      cluster,
      project,
      {
        ...readChangeOptions(args, io),
        desired,
        command: ['scale', service, ...instances].join(' '),
        writeFiles: async () => {
          for (const path of await setInstances(project.root, links)) io.err(`changed ${path}\n`);
        },
      },
      io,
    );
  } finally {
    await cluster.close();
  }
}
