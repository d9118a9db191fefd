import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Lets the files of the lab take turns with the others, so that both kinds run at the same time: machines mostly wait.
 * Within a kind, the longest files come first.
 */
export class AlternateProjects extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const of = (name: string) => sorted.filter(({ project }) => project.name === name);
    const [onLab, others] = [of('cluster'), of('integration')];
    const alternating = Array.from({ length: Math.max(onLab.length, others.length) }).flatMap((_, index) =>
      [onLab[index], others[index]].filter((file) => file !== undefined),
    );
    return [...sorted.filter((file) => !alternating.includes(file)), ...alternating];
  }
}
