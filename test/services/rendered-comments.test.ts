import { describe, expect, it } from 'vitest';
import { readAssets } from '../../src/project/assets.ts';
import { renderServices } from '../../src/services/render.ts';
import type { Service } from '../../src/services/service.ts';
import { apacheLike, balancerLike, workerLike } from './sample-services.ts';

const assets = await readAssets();
const settings = { api: 'v3', key: 'address' } as const;

/** Every combination of what makes a comment come or go. */
const services = [workerLike(), apacheLike(), balancerLike()].flatMap((service) =>
  (['docker', 'podman'] as const).flatMap((runtime) =>
    (['missing', 'always'] as const).map((pull): Service => ({ ...service, runtime, pull })),
  ),
);

/** The comments of a text, each with its lines joined. */
function commentsOf(text: string): readonly string[] {
  const blocks = text.match(/(?:^[ \t]*#.*\n)+/gm) ?? [];
  return blocks.map((block) =>
    block
      .replaceAll(/^[ \t]*#/gm, '')
      .replaceAll('\n', '')
      .trim(),
  );
}

describe('a rendered comment', () => {
  it.each(services.map((service) => [service.name, service.runtime, service.pull, service] as const))(
    'stands by itself in %s, with %s, pull %s',
    (_name, _runtime, _pull, service) => {
      const files = renderServices([service], settings, assets).filter(({ executable }) => !executable);
      const comments = files
        .filter(({ path }) => /\.(service|conf|toml)$|Dockerfile$/.test(path))
        .flatMap(({ content }) => commentsOf(content));
      expect(comments.length).toBeGreaterThanOrEqual(5);
      for (const comment of comments) {
        // A comment that goes on from another one makes no sense where that one is not rendered.
        expect(comment).not.toMatch(
          /^(Nor|Or|And|But|So|Also|Then|Neither|Either|It|They|This|These|That)\b/,
        );
        expect(comment).toMatch(/^[A-Za-z0-9`'].*[.:]$/);
      }
    },
  );
});
