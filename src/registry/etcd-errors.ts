import { CoreshipError } from '../errors.ts';

/** etcd did not answer, or could not; it may be able to in a moment. `action` completes "could not ...". */
export function noAnswer(action: string, cause: unknown): CoreshipError {
  return new CoreshipError('failed', `etcd did not answer: could not ${action}`, {
    cause,
    details: [cause instanceof Error ? cause.message : String(cause)],
    hint: 'check etcd on the machines: etcdctl endpoint health',
  });
}

/** Whether an error is about the certificates of etcd or of this client. Retrying cannot fix it. */
export function isAboutCertificates(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : '';
  return /certificate|altname|self.signed|ERR_TLS/i.test(`${code} ${message}`);
}

/** The certificates in coreship.yaml and those of etcd do not match. */
export function wrongCertificates(action: string, cause: unknown): CoreshipError {
  return new CoreshipError('config', `etcd's certificates do not match: could not ${action}`, {
    cause,
    details: [cause instanceof Error ? cause.message : String(cause)],
    hint: 'see caFile, certFile and keyFile under etcd in coreship.yaml; the certificate of every etcd must contain the host name of the first endpoint',
  });
}

/** etcd does not know the user, or does not permit the operation. */
export function notAllowed(action: string, reason: string, cause?: unknown): CoreshipError {
  return new CoreshipError('config', `etcd does not allow it: could not ${action}`, {
    cause,
    details: [reason],
    hint: 'see username and passwordFile under etcd in coreship.yaml, and the roles of that user in etcd; it needs /services and /coreship',
  });
}

/** etcd understood the request and refused it: what is stored there is not what coreship expects. */
export function refused(action: string, reason: string): CoreshipError {
  return new CoreshipError('config', `etcd refused: could not ${action}`, {
    details: [reason],
    hint: 'see /services and /coreship in etcd: is something else stored where a folder should be?',
  });
}

/** The project uses API v2, which this etcd does not offer. */
export function lacksV2(version: string | undefined): CoreshipError {
  const removed = version !== undefined && !olderThan(version, 3, 6);
  return new CoreshipError('config', `${named(version)} does not offer API v2`, {
    hint: removed
      ? 'etcd 3.6 removed API v2: set registry.api to v3 in coreship.yaml'
      : 'start etcd with --enable-v2 (ETCD_ENABLE_V2=true), or set registry.api to v3 in coreship.yaml',
  });
}

/** The project uses API v3, which this etcd does not offer. */
export function lacksV3(version: string): CoreshipError {
  return new CoreshipError('config', `${named(version)} does not offer API v3`, {
    hint: 'set registry.api to v2 in coreship.yaml, render, and deploy',
  });
}

/** Whether a version such as `3.4.23` is below `major.minor`. */
export function olderThan(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

function named(version: string | undefined): string {
  return version === undefined ? 'etcd' : `etcd ${version}`;
}
