import type { Engine } from '../engines/engine.ts';
import { CoreshipError } from '../errors.ts';
import type { BalancerRef } from '../plan/plan.ts';

/** What a load balancer says of itself: `confd-watch status --json` in its container. */
export interface BalancerStatus {
  /** The backends it sends requests to, of all its services. */
  readonly backends: readonly string[];
  /** What keeps a newer list from being served. */
  readonly problem?: string;
}

/** Asks a load balancer what it serves. @throws CoreshipError `failed` where it does not answer, or not in its words */
export async function balancerStatus(engine: Engine, balancer: BalancerRef): Promise<BalancerStatus> {
  const { runtime, container, machine, unit } = balancer;
  const words = [runtime, 'exec', container, 'confd-watch', 'status', '--json'];
  const output = await engine.run(machine.id, words);
  const status = readStatus(output);
  if (status) return status;
  throw new CoreshipError(
    'failed',
    `${unit} on ${machine.name}: confd-watch status said ${JSON.stringify(output.trim())}`,
  );
}

function readStatus(output: string): BalancerStatus | undefined {
  const answer = parse(output);
  if (!isObject(answer) || !isObject(answer['services'])) return undefined;
  const lists = Object.values(answer['services']);
  if (!lists.every(Array.isArray)) return undefined;
  const { problem } = answer;
  return { backends: lists.flat().map(String), ...(typeof problem === 'string' ? { problem } : {}) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
