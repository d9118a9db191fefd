import type { Clock } from '../clock.ts';
import type { Engine } from '../engines/engine.ts';
import type { Registry } from '../registry/registry.ts';

/** What a rollout works with. */
export interface RolloutPorts {
  readonly engine: Engine;
  /** Absent on a cluster without etcd. */
  readonly registry?: Registry;
  readonly clock: Clock;
}
