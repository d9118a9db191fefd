import type { RegistrationEntry } from '../services/registration.ts';

/** What coreship reads and keeps in etcd. */
export interface Registry {
  /** The registrations below a prefix, in key order. */
  registrations(prefix: string): Promise<readonly RegistrationEntry[]>;
  /**
   * Takes the project's lock, waiting for its holder for at most `waitMs`.
   * @throws CoreshipError `lock-held` naming the holder
   */
  lock(request: LockRequest): Promise<Lock>;
  close(): Promise<void>;
}

/** Who wants the lock, for what, and how patiently. */
export interface LockRequest {
  readonly project: string;
  readonly holder: LockHolder;
  readonly waitMs: number;
  /** Told once, when somebody else holds the lock and waiting begins. */
  readonly onWait: (holder: LockHolder) => void;
  readonly signal?: AbortSignal;
}

/** What the lock's key says about its holder. */
export interface LockHolder {
  /** `user@host`. */
  readonly who: string;
  readonly command: string;
  readonly pid: number;
  /** ISO 8601 time. */
  readonly since: string;
}

/** A lock that is held. It expires by itself where its holder dies. */
export interface Lock {
  /** Whether it is still held: false once etcd has let it expire. */
  held(): boolean;
  release(): Promise<void>;
}
