import { defined } from '../../defined.ts';
import { serviceNames } from '../../project/desired.ts';
import type { Project } from '../../project/project.ts';
import { registrationPrefix } from '../../services/registration.ts';
import { type ClusterSnapshot, observeCluster } from '../cluster/observe-cluster.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openProject } from '../open-project.ts';
import { answer } from '../output/answer.ts';
import { type ServiceRow, servicesNotes, servicesText } from '../output/services-text.ts';
import { unreachableText } from '../output/unreachable-text.ts';
import { withCluster } from '../with-cluster.ts';

/** `coreship services`: what is registered for each service, and what each load balancer serves. */
export const command = defineCommand({
  run: async (args, io) => {
    const project = await openProject(args, io);
    return withCluster(project, args, io, async ({ cluster }) => {
      const snapshot = await observeCluster(cluster, project, [], io);
      const { unreachable } = snapshot.facts.observation;
      const services = serviceRows(project, snapshot);
      const data = { cluster: cluster.name, services, unreachable };
      answer(io, args.json, 'services', data, servicesText(services));
      if (!args.json) io.err(servicesNotes(services) + unreachableText(unreachable));
      if (snapshot.registryError !== undefined) throw snapshot.registryError;
      return unreachable.length > 0 ? exitCodes.failed : exitCodes.done;
    });
  },
});

function serviceRows(project: Project, { facts, registryError }: ClusterSnapshot): readonly ServiceRow[] {
  const registrations = facts.registrations ?? [];
  return serviceNames(project).map((name) => ({
    name,
    // What etcd did not answer is unknown, not empty.
    registered:
      registryError === undefined
        ? registrations
            .filter(({ key }) => key.startsWith(registrationPrefix(name)))
            .map(({ value }) => value)
        : null,
    serves: facts.serving
      .filter(({ balancer }) => balancer.container === name)
      .map(({ balancer, lists, problem }) =>
        defined({
          machine: balancer.machine.name,
          backends: lists ? Object.values(lists).flat() : null,
          problem,
        }),
      ),
  }));
}
