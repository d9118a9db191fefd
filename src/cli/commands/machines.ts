import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openProject } from '../open-project.ts';
import { answer } from '../output/answer.ts';
import { machinesText } from '../output/machines-text.ts';
import { unreachableText } from '../output/unreachable-text.ts';
import { withCluster } from '../with-cluster.ts';

/** `coreship machines`: the machines of the cluster, with what placement reads of them. */
export const command = defineCommand({
  run: async (args, io) =>
    withCluster(await openProject(args, io), args, io, async ({ cluster }) => {
      const { machines: observed, units, unreachable } = await cluster.engine.observe([]);
      const machines = observed.map((machine) => ({
        ...machine,
        units: units.filter((unit) => unit.machine === machine.id).map(({ name }) => name),
      }));
      const data = { cluster: cluster.name, machines, unreachable };
      answer(io, args.json, 'machines', data, machinesText(machines));
      if (!args.json) io.err(unreachableText(unreachable));
      return unreachable.length > 0 ? exitCodes.failed : exitCodes.done;
    }),
});
