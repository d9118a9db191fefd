import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readAssets } from '../../src/project/assets.ts';
import { readProject } from '../../src/project/read-project.ts';
import { renderServices } from '../../src/services/render.ts';
import { expectSoundUnit } from './unit-checks.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const { project } = await readProject(root);
const rendered = renderServices(project.services, project.registry, await readAssets());

describe("the repository's own project", () => {
  it.each(rendered.map((file) => [file.path, file] as const))(
    'holds what is rendered: %s',
    async (path, file) => {
      expect(await read(path)).toBe(file.content);
      const { mode } = await stat(join(root, path));
      expect(mode & 0o111, 'executable').toBe(file.executable ? 0o111 : 0);
    },
  );

  it('has the units of the tutorial, each sound', () => {
    const units = rendered.filter(({ path }) => path.endsWith('.service'));
    expect(units.map(({ path }) => path)).toEqual([
      'static/nginx_lb.service',
      'unit-templates/apache-discovery@.service',
      'unit-templates/apache@.service',
    ]);
    for (const unit of units) expectSoundUnit(unit);
  });

  it('is the example that `init` writes', async () => {
    const example = await readdir(join(root, 'assets/example'), { recursive: true, withFileTypes: true });
    const files = example
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'assets/example/').length))
      .sort();
    expect(files).toEqual(['coreship.yaml', 'images/apache/Dockerfile', 'images/apache/index.html']);
    for (const file of files) expect(await read(file), file).toBe(await read(`assets/example/${file}`));
  });
});
