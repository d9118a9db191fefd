import type { Argv } from 'yargs';
import { desiredFromFiles } from '../../project/desired.ts';
import { apply } from '../apply.ts';
import { changeOptions, readChangeOptions } from '../change-options.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import { type Arguments, word, words } from '../command.ts';
import type { Io } from '../io.ts';
import { openProject } from '../open-project.ts';
import { warnStale } from '../warn-stale.ts';

export const options = (yargs: Argv): Argv =>
  changeOptions(yargs)
    .positional('service', { type: 'string', array: true, describe: 'The services' })
    .example('$0 deploy nginx_lb', 'nginx_lb becomes what the files say');

/** `coreship deploy nginx_lb`: what the files say, on the cluster. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const services = words(args, 'service');
  const project = await openProject(args, io);
  const desired = desiredFromFiles(project, services);
  for (const service of services.filter((name) => !desired.groups.some((group) => group.service === name))) {
    io.err(
      `warning: instances/ names no instance of ${service}; coreship scale ${service} INSTANCE adds some\n`,
    );
  }
  await warnStale(project, services, io);
  const cluster = await openCluster(project, word(args, 'cluster') ?? '', io.err);
  try {
    const command = ['deploy', ...services].join(' ');
    return await apply(cluster, project, { ...readChangeOptions(args, io), desired, command }, io);
  } finally {
    await cluster.close();
  }
}
