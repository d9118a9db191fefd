import type { Argv } from 'yargs';
import { openCluster } from '../cluster/open-cluster.ts';
import { type Arguments, flag, word } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { openProject } from '../open-project.ts';
import { table } from '../output/table.ts';

export const options = (yargs: Argv): Argv => yargs;

/** `coreship machines`: the machines of the cluster, with what placement looks at. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const project = await openProject(args, io);
  const cluster = await openCluster(project, word(args, 'cluster') ?? '', io.err);
  try {
    const { machines, units, unreachable } = await cluster.engine.observe([]);
    const rows = machines.map((machine) => ({
      ...machine,
      units: units.filter((unit) => unit.machine === machine.id).map(({ name }) => name),
    }));
    if (flag(args, 'json')) {
      io.out(
        `${JSON.stringify({ version: 1, type: 'machines', cluster: cluster.name, machines: rows, unreachable })}\n`,
      );
    } else {
      const head = ['MACHINE', 'ID', 'PRIVATE', 'PUBLIC', 'UNITS', 'METADATA'];
      const cells = rows.map(({ name, id, addresses, units: own, metadata }) => [
        name,
        id.slice(0, 8),
        addresses.private ?? '-',
        addresses.public ?? '-',
        String(own.length),
        Object.entries(metadata)
          .map(([key, value]) => `${key}=${value}`)
          .join(',') || '-',
      ]);
      io.out(table([head, ...cells]));
      for (const { name, reason } of unreachable) io.err(`${name} is not reachable: ${reason}\n`);
    }
    return unreachable.length > 0 ? exitCodes.failed : exitCodes.done;
  } finally {
    await cluster.close();
  }
}
