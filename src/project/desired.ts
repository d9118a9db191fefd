import { CoreshipError, type Problem } from '../errors.ts';
import type { Desired } from '../plan/make-plan.ts';
import { instanceProblem } from '../services/registration.ts';
import type { Service } from '../services/service.ts';
import { groupUnits, instantiate, type UnitGroup } from '../services/unit-groups.ts';
import { parseUnitName, templateOf } from '../unit/name.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Project } from './project.ts';

/** What `scale` asks for: the desired groups, and the links that make `instances/` agree with them. */
export interface Scaling {
  readonly desired: Desired;
  readonly links: {
    readonly add: readonly { readonly name: string; readonly template: string }[];
    readonly remove: readonly string[];
  };
}

/** Exactly these instances of a service. An instance with a file of its own keeps the text of that file. */
export function scaleTo(project: Project, service: string, instances: readonly string[]): Scaling {
  const typed = project.services.find(({ name }) => name === service);
  if (!serviceNames(project).includes(service)) throw unknownService(project, service);
  if (typed) refuseInstances(typed, instances);
  const groups = instantiate(service, [...new Set(instances)], project.units).map((group) =>
    withOwnFiles(group, project),
  );
  const names = groups.flatMap((group) => group.units.map(({ name }) => name));
  const present = desiredGroups(project).filter(
    (group) => group.service === service && group.instance !== undefined,
  );
  return {
    desired: { services: [service], groups },
    links: {
      add: names.map((name) => ({ name, template: templateOf(name) ?? '' })),
      remove: present
        .flatMap((group) => group.units.map(({ name }) => name))
        .filter((name) => !names.includes(name)),
    },
  };
}

/** The desired state of some services, as the files have it; of all services if none is named. */
export function desiredFromFiles(project: Project, services: readonly string[]): Desired {
  const groups = desiredGroups(project);
  const known = serviceNames(project);
  for (const service of services) if (!known.includes(service)) throw unknownService(project, service);
  const scope = services.length > 0 ? services : known;
  return { services: scope, groups: groups.filter((group) => scope.includes(group.service)) };
}

/** Every service that the project has a unit for: first those of `coreship.yaml`, in its order. */
export function serviceNames(project: Project): readonly string[] {
  const filed = [...desiredGroups(project), ...groupUnits(templatesOf(project))].map(
    ({ service }) => service,
  );
  const typed = project.services.map(({ name }) => name).filter((name) => filed.includes(name));
  return [...new Set([...typed, ...filed])];
}

/** The groups that `instances/` and `static/` ask for. */
export function desiredGroups(project: Project): readonly UnitGroup[] {
  const single = project.units.filter(({ name }) => !parseUnitName(name).isTemplate);
  return groupUnits([...project.instances, ...single]);
}

/** Refuses all bad names at once. */
function refuseInstances(service: Service, instances: readonly string[]): void {
  const problems = instances.flatMap((instance): Problem[] => {
    const message = instanceProblem(service, instance);
    return message === undefined
      ? []
      : [
          {
            rule: 'instance-name',
            severity: 'error',
            message: `instance ${JSON.stringify(instance)} ${message}`,
          },
        ];
  });
  if (problems.length === 0) return;
  throw new CoreshipError('usage', `${service.name} cannot have these instances; nothing was changed`, {
    problems,
    hint: `such as: coreship scale ${service.name} 7777 8888`,
  });
}

function templatesOf(project: Project) {
  return project.units.filter(({ name }) => parseUnitName(name).isTemplate);
}

function withOwnFiles(group: UnitGroup, project: Project): UnitGroup {
  const own = project.instances.filter(({ template }) => template === undefined);
  const units = group.units.map((unit) => own.find(({ name }) => name === unit.name) ?? unit);
  return groupUnits(units)[0] ?? group;
}

function unknownService(project: Project, service: string): CoreshipError {
  const known = serviceNames(project);
  const typed = project.services.some(({ name }) => name === service);
  if (typed) {
    return new CoreshipError('usage', `${service} has no unit files yet`, {
      hint: 'write them with: coreship render',
    });
  }
  const guess = didYouMean(service, known);
  return new CoreshipError('usage', `there is no service ${service}`, {
    hint: guess ?? `the project has ${known.join(', ') || 'none'}`,
  });
}
