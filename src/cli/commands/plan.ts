import type { Argv } from 'yargs';
import { refuseMisread, toStoredForm } from '../../engines/stored-form.ts';
import { viewCluster } from '../../plan/cluster-view.ts';
import { makePlan } from '../../plan/make-plan.ts';
import { desiredFromFiles, serviceNames } from '../../project/desired.ts';
import { observeCompletely, warnOfStrays } from '../cluster/observe-cluster.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import { type Arguments, flag, word, words } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { openProject } from '../open-project.ts';
import { answerPlan } from '../output/show-plan.ts';
import { warnStale } from '../warn-stale.ts';

export const options = (yargs: Argv): Argv =>
  yargs
    .positional('service', { type: 'string', array: true, describe: 'The services; all where none is named' })
    .option('allow', { type: 'string', array: true, describe: 'Rule of lint to pass over' })
    .option('detailed-exitcode', { type: 'boolean', describe: 'End with 2 where changes are pending' });

/** `coreship plan`: what `deploy` would do. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const project = await openProject(args, io);
  const desired = desiredFromFiles(project, words(args, 'service'));
  await warnStale(project, desired.services, io);
  const cluster = await openCluster(project, word(args, 'cluster') ?? '', io.err);
  try {
    refuseMisread(desired, cluster.engine, words(args, 'allow'));
    const names = desired.groups.flatMap(({ units }) => units.map(({ name }) => name));
    const seen = await observeCompletely(cluster, project, names, io);
    warnOfStrays(seen, serviceNames(project), io);
    const plan = makePlan(toStoredForm(desired, cluster.engine), viewCluster(seen));
    answerPlan(plan, cluster.name, flag(args, 'json'), io);
    return flag(args, 'detailedExitcode') && plan.changes.length > 0 ? exitCodes.usage : exitCodes.done;
  } finally {
    await cluster.close();
  }
}
