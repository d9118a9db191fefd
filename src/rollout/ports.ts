import type { Engine } from '../engines/engine.ts';
import type { Registry } from '../registry/registry.ts';

/** What a rollout works with. */
export interface RolloutPorts {
  readonly engine: Engine;
  /** Absent on a cluster without etcd. */
  readonly registry?: Registry;
  readonly clock: Clock;
}

/** Time, so that tests need not spend it. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Resolves after so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}
