import type { CoreshipError } from '../errors.ts';
import type { RegistrationEntry } from '../services/registration.ts';

/** What coreship reads and keeps in etcd. */
export interface Registry {
  /** The registrations at a key, or below a folder (a prefix that ends in a slash), in key order. */
  registrations(prefix: string): Promise<readonly RegistrationEntry[]>;
  /**
   * Takes the project's lock, waiting for its holder for at most `waitMs`.
   * An etcd that does not answer is waited for as well.
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
  /** Told once, when etcd does not answer and is waited for. */
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

/** A lock that is held. It expires by itself where its holder dies. */
export interface Lock {
  /**
   * Whether it is held for sure. False also while etcd does not answer and may have let it expire: it is true again once
   * etcd has confirmed that nobody else had it meanwhile.
   */
  held(): boolean;
  /** Whether it is gone for good: etcd let it expire, somebody removed it, or it was released. */
  lost(): boolean;
  /** The error of the last refresh, if it failed. */
  problem(): unknown;
  release(): Promise<void>;
}
