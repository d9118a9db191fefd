import type { Project } from '../project/project.ts';
import { renderConfig } from '../project/render-project.ts';
import { staleFiles } from '../project/stale-files.ts';
import type { Io } from './io.ts';

/** The files are sent as they were reviewed; those that coreship.yaml has overtaken are named. */
export async function warnStale(project: Project, services: readonly string[], io: Io): Promise<void> {
  const typed = project.services.filter(({ name }) => services.includes(name));
  const files = await renderConfig({ services: typed, registry: project.registry });
  for (const { path } of await staleFiles(project.root, files)) {
    io.err(
      `warning: ${path} is out of date with coreship.yaml and is sent as it is; update it with: coreship render\n`,
    );
  }
}
