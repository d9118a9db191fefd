import { scaleTo } from '../../project/desired.ts';
import { setInstances } from '../../project/set-instances.ts';
import { apply } from '../apply.ts';
import { changeOptions, readChangeOptions } from '../change-options.ts';
import { defineCommand } from '../command.ts';
import { openProject } from '../open-project.ts';
import { warnStale } from '../warn-stale.ts';
import { withCluster } from '../with-cluster.ts';

/** `coreship scale apache 7777 8888`: exactly these instances, in `instances/` and then on the cluster. */
export const command = defineCommand({
  options: changeOptions,
  positionals: {
    service: { required: true, describe: 'The service' },
    instance: { required: true, array: true, describe: 'All of its instances' },
  },
  examples: [['$0 scale apache 7777 8888', 'run apache twice, on ports 7777 and 8888']],
  run: async (args, io) => {
    const { service, instance: instances } = args;
    const project = await openProject(args, io);
    const { desired, links } = scaleTo(project, service, instances);
    await warnStale(project, [service], io);
    const request = {
      ...readChangeOptions(args, io),
      desired,
      command: ['scale', service, ...instances].join(' '),
      writeFiles: async () => {
        for (const path of await setInstances(project.root, links)) io.err(`changed ${path}\n`);
      },
    };
    return withCluster(project, args, io, (context) => apply(request, context));
  },
});
