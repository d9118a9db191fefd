import type { Desired } from '../../plan/make-plan.ts';
import { desiredFromFiles } from '../../project/desired.ts';
import type { Arguments } from '../arguments.ts';
import { observeCluster } from '../cluster/observe-cluster.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openProject } from '../open-project.ts';
import { answer } from '../output/answer.ts';
import { statusRows } from '../output/status-rows.ts';
import { statusNotes, statusText } from '../output/status-text.ts';
import { unreachableText } from '../output/unreachable-text.ts';
import { planFrom, unitNames } from '../plan-now.ts';
import { warnOrphans } from '../warn-orphans.ts';
import { type Context, withCluster } from '../with-cluster.ts';

const options = {
  'detailed-exitcode': { type: 'boolean', describe: 'Exit with 2 where changes are pending' },
} as const;

const positionals = {
  service: { array: true, describe: 'The services; all where none is given' },
} as const;

/** `coreship status`: what runs where, and whether it is registered and served. */
export const command = defineCommand({
  options,
  positionals,
  run: async (args, io) => {
    const project = await openProject(args, io);
    const desired = desiredFromFiles(project, args.service);
    return withCluster(project, args, io, (context) => showStatus(desired, args, context));
  },
});

/** Answers with the status of the services in question. Resolves with the exit code. */
export async function showStatus(
  desired: Desired,
  args: Arguments<typeof options, typeof positionals>,
  context: Context,
): Promise<number> {
  const { cluster, project, io } = context;
  const snapshot = await observeCluster(cluster, project, unitNames(desired), io);
  const { facts, view, registryError } = snapshot;
  const { unreachable } = facts.observation;
  warnOrphans(view, project, io);
  const units = statusRows(snapshot, args.service);
  answer(io, args.json, 'status', { cluster: cluster.name, units, unreachable }, statusText(units));
  if (!args.json) io.err(statusNotes(units) + unreachableText(unreachable));
  if (registryError !== undefined) throw registryError;
  if (unreachable.length > 0) return exitCodes.failed;
  if (!args.detailedExitcode) return exitCodes.done;
  return planFrom(desired, snapshot, context).changes.length > 0 ? exitCodes.changesPending : exitCodes.done;
}
