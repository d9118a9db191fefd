import type { Argv } from 'yargs';
import { serviceNames } from '../../project/desired.ts';
import { registrationPrefix } from '../../services/registration.ts';
import { observeCluster } from '../cluster/observe-cluster.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import { type Arguments, flag, word } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { openProject } from '../open-project.ts';
import { table } from '../output/table.ts';

export const options = (yargs: Argv): Argv => yargs;

/** `coreship services`: what is registered for each service, and what each load balancer serves. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const project = await openProject(args, io);
  const cluster = await openCluster(project, word(args, 'cluster') ?? '', io.err);
  try {
    const { seen, registryError } = await observeCluster(cluster, project, [], io);
    const services = serviceNames(project).map((name) => ({
      name,
      // What etcd did not tell is not nothing.
      registered:
        registryError === undefined
          ? (seen.registrations ?? [])
              .filter(({ key }) => key.startsWith(registrationPrefix(name)))
              .map(({ value }) => value)
          : null,
      serves: seen.serving
        .filter(({ balancer }) => balancer.container === name)
        .map(({ balancer, lists, problem }) => ({
          machine: balancer.machine.name,
          backends: lists ? Object.values(lists).flat() : null,
          ...(problem === undefined ? {} : { problem }),
        })),
    }));
    if (flag(args, 'json')) {
      io.out(`${JSON.stringify({ version: 1, type: 'services', cluster: cluster.name, services })}\n`);
    } else {
      const cells = services.map(({ name, registered, serves }) => [
        name,
        registered ? registered.join(' ') || '-' : '?',
        serves
          .map(
            ({ machine, backends }) =>
              `${machine}: ${backends ? backends.join(' ') || 'nothing' : 'no answer'}`,
          )
          .join('; ') || '-',
      ]);
      io.out(table([['SERVICE', 'REGISTERED', 'SERVES'], ...cells]));
      for (const { name, serves } of services) {
        for (const { machine, problem } of serves) {
          if (problem !== undefined) io.err(`${name} on ${machine}: ${problem}\n`);
        }
      }
    }
    const { unreachable } = seen.observation;
    for (const { name, reason } of unreachable) io.err(`${name} is not reachable: ${reason}\n`);
    if (registryError !== undefined) throw registryError;
    return unreachable.length > 0 ? exitCodes.failed : exitCodes.done;
  } finally {
    await cluster.close();
  }
}
