import type { LabLayout, MachineLayout } from './layout.ts';
import { type LabPaths, labPaths, type MachinePaths, machinePaths } from './paths.ts';

/** A lab that has a layout, with the paths of its files. */
export interface Lab extends LabLayout {
  readonly paths: LabPaths;
  readonly machines: readonly Machine[];
}

/** A machine of a lab, with all that is needed to work on it. */
export interface Machine extends MachineLayout {
  readonly lab: Lab;
  readonly paths: MachinePaths;
}

/** The lab of a layout. */
export function labOf(layout: LabLayout): Lab {
  const machines: Machine[] = [];
  const lab: Lab = { ...layout, paths: labPaths(layout.name), machines };
  for (const machine of layout.machines) {
    machines.push({ ...machine, lab, paths: machinePaths(layout.name, machine.name) });
  }
  return lab;
}
