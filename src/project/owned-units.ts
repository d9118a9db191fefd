import type { Project } from './project.ts';

/**
 * Says which unit names belong to the project on a cluster that records no owners: its units, and every instance of its
 * templates. Templates themselves never run and belong to nobody.
 */
export function ownedUnits(project: Pick<Project, 'units' | 'instances'>): (unit: string) => boolean {
  const names = new Set([...project.units, ...project.instances].map(({ name }) => name));
  const templates = [...names].filter((name) => name.includes('@.')).map((name) => name.split('@.'));
  return (unit) => {
    if (unit.includes('@.')) return false;
    return (
      names.has(unit) ||
      templates.some(([prefix, type]) => unit.startsWith(`${prefix}@`) && unit.endsWith(`.${type}`))
    );
  };
}
