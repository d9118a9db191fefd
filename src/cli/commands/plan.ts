import { refuseMisread } from '../../engines/stored-form.ts';
import { desiredFromFiles } from '../../project/desired.ts';
import { changeOptions } from '../change-options.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openProject } from '../open-project.ts';
import { answerPlan } from '../output/show-plan.ts';
import { planNow } from '../plan-now.ts';
import { warnOrphans } from '../warn-orphans.ts';
import { warnStale } from '../warn-stale.ts';
import { withCluster } from '../with-cluster.ts';

/** `coreship plan`: what `deploy` would do. */
export const command = defineCommand({
  options: {
    allow: { ...changeOptions.allow, describe: 'Lint rule to ignore' },
    'detailed-exitcode': { type: 'boolean', describe: 'Exit with 2 where changes are pending' },
  },
  positionals: { service: { array: true, describe: 'The services; all where none is given' } },
  run: async (args, io) => {
    const project = await openProject(args, io);
    const desired = desiredFromFiles(project, args.service);
    await warnStale(project, desired.services, io);
    return withCluster(project, args, io, async (context) => {
      const { cluster } = context;
      refuseMisread(desired, cluster.engine, args.allow);
      const { plan, snapshot } = await planNow(desired, context);
      warnOrphans(snapshot.view, project, io);
      answerPlan(plan, cluster.name, args.json, io);
      return args.detailedExitcode && plan.changes.length > 0 ? exitCodes.changesPending : exitCodes.done;
    });
  },
});
