import { desiredFromFiles } from '../../project/desired.ts';
import { apply } from '../apply.ts';
import { changeOptions, readChangeOptions } from '../change-options.ts';
import { defineCommand } from '../command.ts';
import { openProject } from '../open-project.ts';
import { warnStale } from '../warn-stale.ts';
import { withCluster } from '../with-cluster.ts';

/** `coreship deploy nginx_lb`: brings services to the state that the files describe. */
export const command = defineCommand({
  options: changeOptions,
  positionals: { service: { required: true, array: true, describe: 'The services' } },
  examples: [['$0 deploy nginx_lb', 'bring nginx_lb to the state that its files describe']],
  run: async (args, io) => {
    const { service: services } = args;
    const project = await openProject(args, io);
    const desired = desiredFromFiles(project, services);
    for (const service of services.filter((name) =>
      desired.groups.every((group) => group.service !== name),
    )) {
      io.err(
        `warning: instances/ has no instance of ${service}; add some with: coreship scale ${service} INSTANCE\n`,
      );
    }
    await warnStale(project, services, io);
    const command = ['deploy', ...services].join(' ');
    const request = { ...readChangeOptions(args, io), desired, command };
    return withCluster(project, args, io, (context) => apply(request, context));
  },
});
