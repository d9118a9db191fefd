import { join } from 'node:path';
import { exists } from '../exists.ts';

/** The images that the project builds itself: those of services with a Dockerfile in `images/<service>/`. */
export async function imageContexts(
  root: string,
  services: readonly { readonly name: string; readonly image: string }[],
): Promise<readonly { readonly name: string; readonly context: string }[]> {
  const contexts = services.map(({ name, image }) => ({ name: image, context: join(root, 'images', name) }));
  const built = await Promise.all(contexts.map(({ context }) => exists(join(context, 'Dockerfile'))));
  return contexts.filter((_, index) => built[index]);
}
