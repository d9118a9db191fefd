import type { Engine } from '../engines/engine.ts';
import { CoreshipError } from '../errors.ts';
import type { BalancerRef } from '../plan/plan.ts';
import { type RegistrationEntry, registrationPrefix } from '../services/registration.ts';

/** What a load balancer says of itself: `confd-watch status --json` in its container. */
export interface BalancerStatus {
  /** The backends it sends requests to, by service. */
  readonly services: Readonly<Record<string, readonly string[]>>;
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

/** Whether it sends a service's requests to a backend; that of another service may have the same address. */
export function serves({ services }: BalancerStatus, { key, value }: RegistrationEntry): boolean {
  return Object.entries(services).some(
    ([service, backends]) => key.startsWith(registrationPrefix(service)) && backends.includes(value),
  );
}

function readStatus(output: string): BalancerStatus | undefined {
  const answer = parse(output);
  if (!isObject(answer) || !isObject(answer['services'])) return undefined;
  const services: Record<string, readonly string[]> = {};
  for (const [service, list] of Object.entries(answer['services'])) {
    if (!Array.isArray(list)) return undefined;
    services[service] = list.map(String);
  }
  const { problem } = answer;
  return { services, ...(typeof problem === 'string' ? { problem } : {}) };
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
