import type { Argv } from 'yargs';
import { CoreshipError } from '../../errors.ts';
import { viewCluster } from '../../plan/cluster-view.ts';
import { desiredGroups, serviceNames } from '../../project/desired.ts';
import { apply } from '../apply.ts';
import { changeOptions, readChangeOptions } from '../change-options.ts';
import { observeCompletely } from '../cluster/observe-cluster.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import { type Arguments, word, words } from '../command.ts';
import type { Io } from '../io.ts';
import { openProject } from '../open-project.ts';

export const options = (yargs: Argv): Argv =>
  changeOptions(yargs)
    .positional('service', { type: 'string', array: true, describe: 'The services' })
    .example('$0 destroy nginx_lb', 'nginx_lb is stopped and its unit removed; the project keeps its files');

/** `coreship destroy nginx_lb`: off the cluster; the project's files stay. A service may be gone from the project. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const services = words(args, 'service');
  const project = await openProject(args, io);
  const cluster = await openCluster(project, word(args, 'cluster') ?? '', io.err);
  try {
    const running = viewCluster(await observeCompletely(cluster, project, [], io)).groups.map(
      ({ group }) => group.service,
    );
    const known = new Set([...serviceNames(project), ...running]);
    const unknown = services.filter((service) => !known.has(service));
    if (unknown.length > 0) {
      throw new CoreshipError(
        'usage',
        `there is no service ${unknown.join(', ')}, in the project or on ${cluster.name}`,
        {
          hint: `known are ${[...known].join(', ') || 'none'}`,
        },
      );
    }
    const desired = { services, groups: [] };
    const command = ['destroy', ...services].join(' ');
    const code = await apply(cluster, project, { ...readChangeOptions(args, io), desired, command }, io);
    for (const service of services.filter((name) =>
      desiredGroups(project).some((group) => group.service === name),
    )) {
      io.err(`the project still has ${service}: coreship deploy ${service} brings it back\n`);
    }
    return code;
  } finally {
    await cluster.close();
  }
}
