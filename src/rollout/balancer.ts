import type { Engine } from '../engines/engine.ts';
import { CoreshipError } from '../errors.ts';
import type { BalancerRef } from '../plan/plan.ts';

/** The backends a load balancer sends requests to, by its own word: `confd-watch status` in its container. */
export async function servedBackends(engine: Engine, balancer: BalancerRef): Promise<readonly string[]> {
  const { runtime, container, machine, unit } = balancer;
  const output = await engine.run(machine.id, [
    runtime,
    'exec',
    container,
    'confd-watch',
    'status',
    '--json',
  ]);
  try {
    const answer = JSON.parse(output) as { readonly backends?: unknown };
    if (Array.isArray(answer.backends)) return answer.backends.map(String);
  } catch {
    // Told below, with what was said instead.
  }
  throw new CoreshipError(
    'failed',
    `${unit} on ${machine.name}: confd-watch status said ${JSON.stringify(output.trim())}`,
  );
}
