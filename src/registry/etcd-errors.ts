import { CoreshipError } from '../errors.ts';

/** etcd did not answer, or could not: it may in a moment. */
export function noAnswer(what: string, cause: unknown): CoreshipError {
  return new CoreshipError('failed', `etcd did not answer: could not ${what}`, {
    cause,
    details: [cause instanceof Error ? cause.message : String(cause)],
    hint: 'check etcd on the machines: etcdctl endpoint health',
  });
}

/** Whether an error is about the certificates shown to each other. No other try will make it better. */
export function isAboutCertificates(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : '';
  return /certificate|altname|self.signed|ERR_TLS/i.test(`${code} ${message}`);
}

/** The certificates in coreship.yaml and those of etcd have nothing to do with each other. */
export function wrongCertificates(what: string, cause: unknown): CoreshipError {
  return new CoreshipError('config', `etcd and its certificates do not fit: could not ${what}`, {
    cause,
    details: [cause instanceof Error ? cause.message : String(cause)],
    hint: "see caFile, certFile and keyFile under etcd in coreship.yaml; all of etcd's certificates must hold the first endpoint's host name",
  });
}

/** etcd knows the user not, or lets it not do this. */
export function notAllowed(what: string, said: string, cause?: unknown): CoreshipError {
  return new CoreshipError('config', `etcd does not allow it: could not ${what}`, {
    cause,
    details: [said],
    hint: 'see username and passwordFile under etcd in coreship.yaml, and the roles of that user in etcd; it needs /services and /coreship',
  });
}

/** etcd understands the question and refuses it: what lies there is not what coreship takes it for. */
export function refused(what: string, said: string): CoreshipError {
  return new CoreshipError('config', `etcd refused: could not ${what}`, {
    details: [said],
    hint: 'look at /services and /coreship in etcd: does something else lie where a folder should?',
  });
}

/** The project wants API v2, and this etcd has it not. */
export function lacksV2(version: string | undefined): CoreshipError {
  const removed = version !== undefined && !olderThan(version, 3, 6);
  return new CoreshipError('config', `${named(version)} does not offer API v2`, {
    hint: removed
      ? 'etcd has no API v2 since 3.6: set registry.api to v3 in coreship.yaml'
      : 'start etcd with --enable-v2 (ETCD_ENABLE_V2=true), or set registry.api to v3 in coreship.yaml',
  });
}

/** The project wants API v3, and this etcd has it not. */
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
