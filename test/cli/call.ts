import { main } from '../../src/cli/main.ts';
import { FakeIo } from '../fakes/fake-io.ts';

/** Runs a command in a folder, and gives what it said and its exit code. */
export async function call(
  words: readonly string[],
  world: ConstructorParameters<typeof FakeIo>[0] = {},
): Promise<FakeIo & { readonly code: number }> {
  const io = new FakeIo(world);
  const code = await main(words, io);
  return Object.assign(io, { code });
}
