import type { Project } from '../project/project.ts';
import { staleFiles } from '../project/stale-files.ts';
import type { Io } from './io.ts';
import { renderConfig } from './rendered.ts';

/** The files ship as they were reviewed; where coreship.yaml has moved on, that is said. */
export async function warnStale(project: Project, services: readonly string[], io: Io): Promise<void> {
  const typed = project.services.filter(({ name }) => services.includes(name));
  const files = await renderConfig({ services: typed, registry: project.registry });
  for (const { path } of await staleFiles(project.root, files)) {
    io.err(
      `warning: ${path} is not what coreship.yaml says; the file is what ships. Write it anew with: coreship render\n`,
    );
  }
}
