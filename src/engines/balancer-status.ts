import { CoreshipError } from '../errors.ts';
import { isObject, parseObject } from '../json.ts';
import type { BalancerRef } from '../plan/plan.ts';
import type { ServedLists } from '../services/registration.ts';
import type { Engine } from './engine.ts';

/** What a load balancer says of itself: `confd-watch status --json` in its container. */
export interface BalancerStatus {
  readonly services: ServedLists;
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
  const answer = parseObject(output);
  if (!answer || !isObject(answer['services'])) return undefined;
  const services: Record<string, readonly string[]> = {};
  for (const [service, list] of Object.entries(answer['services'])) {
    if (!Array.isArray(list)) return undefined;
    services[service] = list.map(String);
  }
  const { problem } = answer;
  return { services, ...(typeof problem === 'string' ? { problem } : {}) };
}
