import type { Argv } from 'yargs';
import { toStoredForm } from '../../engines/stored-form.ts';
import { viewCluster } from '../../plan/cluster-view.ts';
import { makePlan } from '../../plan/make-plan.ts';
import { desiredFromFiles, serviceNames } from '../../project/desired.ts';
import { observeCluster, warnOfStrays } from '../cluster/observe-cluster.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import { type Arguments, flag, word, words } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { openProject } from '../open-project.ts';
import { statusRows } from '../output/status-rows.ts';
import { table } from '../output/table.ts';

export const options = (yargs: Argv): Argv =>
  yargs
    .positional('service', { type: 'string', array: true, describe: 'The services; all where none is named' })
    .option('detailed-exitcode', { type: 'boolean', describe: 'End with 2 where changes are pending' });

/** `coreship status`: what runs where, and whether it is registered and served. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const project = await openProject(args, io);
  const desired = desiredFromFiles(project, words(args, 'service'));
  const cluster = await openCluster(project, word(args, 'cluster') ?? '', io.err);
  try {
    const { seen, registryError } = await observeCluster(cluster, project, [], io);
    warnOfStrays(seen, serviceNames(project), io);
    const rows = statusRows(seen, words(args, 'service'), registryError !== undefined);
    const { unreachable } = seen.observation;
    if (flag(args, 'json')) {
      io.out(
        `${JSON.stringify({ version: 1, type: 'status', cluster: cluster.name, units: rows, unreachable })}\n`,
      );
    } else {
      const head = ['UNIT', 'MACHINE', 'ACTIVE', 'SUB', 'REGISTERED', 'SERVED'];
      const cells = rows.map((row) => [
        row.unit,
        row.machine,
        row.active,
        row.sub,
        row.registered === null ? '?' : (row.registered ?? '-'),
        row.servedBy.join(',') || '-',
      ]);
      io.out(rows.length > 0 ? table([head, ...cells]) : 'nothing runs\n');
      for (const { unit, machine, problem, reasons = [] } of rows) {
        if (problem !== undefined) io.err(`${unit} on ${machine}: ${problem}\n`);
        if (reasons.length > 0)
          io.err(`${unit} has no machine\n${reasons.map((line) => `  ${line}\n`).join('')}`);
      }
      for (const { name, reason } of unreachable) io.err(`${name} is not reachable: ${reason}\n`);
    }
    if (registryError !== undefined) throw registryError;
    if (unreachable.length > 0) return exitCodes.failed;
    if (!flag(args, 'detailedExitcode')) return exitCodes.done;
    return makePlan(toStoredForm(desired, cluster.engine), viewCluster(seen)).changes.length > 0
      ? exitCodes.usage
      : exitCodes.done;
  } finally {
    await cluster.close();
  }
}
