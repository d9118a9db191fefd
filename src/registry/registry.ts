import type { CoreshipError } from '../errors.ts';
import type { RegistrationEntry } from '../services/registration.ts';

/** What coreship reads and keeps in etcd. */
export interface Registry {
  /** The registrations at a key, or below a folder (a prefix that ends in a slash), in key order. */
  registrations(prefix: string): Promise<readonly RegistrationEntry[]>;
  /**
   * Takes the project's lock. Waits at most `waitMs` for its holder, or for an etcd that does not answer.
   * @throws CoreshipError `lock-held` naming the holder
   */
  lock(request: LockRequest): Promise<Lock>;
  close(): Promise<void>;
}

/** Who asks for the lock, for what, and how long to wait for it. */
export interface LockRequest {
  readonly project: string;
  readonly holder: LockHolder;
  readonly waitMs: number;
  /** Called once, when the lock is held by somebody else and the wait begins. */
  readonly onWait: (holder: LockHolder) => void;
  /** Called once, when etcd does not answer and the wait for it begins. */
  readonly onAway?: (problem: CoreshipError) => void;
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

/** A lock that was taken. It expires by itself if its holder dies. */
export interface Lock {
  /**
   * Whether it is certainly held. Also false while etcd does not answer and may have let it expire; true again once etcd
   * has confirmed that nobody else held it in between.
   */
  held(): boolean;
  /** Whether it is gone for good: etcd let it expire, somebody removed it, or it was released. */
  lost(): boolean;
  /** The error of the last refresh, if it failed. */
  problem(): unknown;
  release(): Promise<void>;
}
