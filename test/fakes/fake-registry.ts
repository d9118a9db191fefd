import type { Lock, Registry } from '../../src/registry/registry.ts';
import type { RegistrationEntry } from '../../src/services/registration.ts';

/** A registry in memory; its lock is always free. */
export class FakeRegistry implements Registry {
  readonly entries = new Map<string, string>();

  registrations(prefix: string): Promise<readonly RegistrationEntry[]> {
    const found = [...this.entries].filter(([key]) => key.startsWith(prefix));
    return Promise.resolve(found.map(([key, value]) => ({ key, value })));
  }

  lock(): Promise<FakeLock> {
    return Promise.resolve(new FakeLock());
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A lock that can be lost, or unsure while etcd does not answer. */
export class FakeLock implements Lock {
  state: 'held' | 'unsure' | 'lost' = 'held';
  error: Error | undefined;

  held(): boolean {
    return this.state === 'held';
  }

  lost(): boolean {
    return this.state === 'lost';
  }

  problem(): unknown {
    return this.error;
  }

  release(): Promise<void> {
    this.state = 'lost';
    return Promise.resolve();
  }
}
