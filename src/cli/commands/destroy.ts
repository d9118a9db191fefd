import { CoreshipError } from '../../errors.ts';
import { desiredGroups, serviceNames } from '../../project/desired.ts';
import { apply } from '../apply.ts';
import { changeOptions, readChangeOptions } from '../change-options.ts';
import { observeCompletely } from '../cluster/observe-cluster.ts';
import { defineCommand } from '../command.ts';
import { openProject } from '../open-project.ts';
import { type Context, withCluster } from '../with-cluster.ts';

/** `coreship destroy nginx_lb`: removes services from the cluster; the project's files stay. */
export const command = defineCommand({
  options: changeOptions,
  positionals: { service: { required: true, array: true, describe: 'The services' } },
  examples: [['$0 destroy nginx_lb', 'stop nginx_lb and remove its unit; the project keeps its files']],
  run: async (args, io) => {
    const { service: services } = args;
    const project = await openProject(args, io);
    const command = ['destroy', ...services].join(' ');
    const request = { ...readChangeOptions(args, io), desired: { services, groups: [] }, command };
    return withCluster(project, args, io, async (context) => {
      await refuseUnknown(services, context);
      const exitCode = await apply(request, context);
      const kept = new Set(desiredGroups(project).map(({ service }) => service));
      for (const service of services.filter((name) => kept.has(name))) {
        io.err(`the project still has ${service}; bring it back with: coreship deploy ${service}\n`);
      }
      return exitCode;
    });
  },
});

/** A service may run that the project no longer has, so the cluster knows services too. */
async function refuseUnknown(services: readonly string[], { cluster, project, io }: Context): Promise<void> {
  const { view } = await observeCompletely(cluster, project, [], io);
  const known = new Set([...serviceNames(project), ...view.groups.map(({ group }) => group.service)]);
  const unknown = services.filter((service) => !known.has(service));
  if (unknown.length === 0) return;
  const names = unknown.join(', ');
  throw new CoreshipError('usage', `there is no service ${names}, in the project or on ${cluster.name}`, {
    hint: `known are ${[...known].join(', ') || 'none'}`,
  });
}
