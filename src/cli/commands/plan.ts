import type { Argv } from 'yargs';
import { planNow } from '../apply.ts';
import { refuseMisread } from '../as-kept.ts';
import { type Arguments, flag, word, words } from '../command.ts';
import { openCluster } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { openProject } from '../open-project.ts';
import { paintFor } from '../output/paint.ts';
import { planText, summary } from '../output/plan-text.ts';
import { asFiled } from '../wanted.ts';
import { warnStale } from '../warn-stale.ts';

export const options = (yargs: Argv): Argv =>
  yargs
    .positional('service', { type: 'string', array: true, describe: 'The services; all where none is named' })
    .option('allow', { type: 'string', array: true, describe: 'Rule of lint to pass over' })
    .option('detailed-exitcode', { type: 'boolean', describe: 'End with 2 where changes are pending' });

/** `coreship plan`: what `deploy` would do. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const project = await openProject(args, io);
  const wanted = asFiled(project, words(args, 'service'));
  await warnStale(project, wanted.services, io);
  const cluster = await openCluster(project, word(args, 'cluster') ?? '', io.err);
  try {
    refuseMisread(wanted, cluster.engine, words(args, 'allow'));
    const plan = await planNow(cluster, project, wanted);
    if (flag(args, 'json')) io.out(`${JSON.stringify({ type: 'plan', cluster: cluster.name, ...plan })}\n`);
    else
      io.out(planText(plan, `Plan for ${cluster.name}:`, paintFor(process.stdout)) || `${summary(plan)}\n`);
    return flag(args, 'detailedExitcode') && plan.changes.length > 0 ? exitCodes.usage : exitCodes.done;
  } finally {
    await cluster.close();
  }
}
