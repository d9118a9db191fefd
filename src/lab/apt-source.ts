import { CoreshipError } from '../errors.ts';
import { runOnHost } from './host.ts';

/** Where debootstrap finds packages. */
export interface AptSource {
  readonly mirror: string;
  /** Code name of the suite. */
  readonly suite: string;
}

/**
 * Debian's own archive for a suite, as apt is configured on this host.
 *
 * @throws CoreshipError `failed` where apt knows none.
 */
export async function findAptSource(suite: string): Promise<AptSource> {
  const words = ['apt-get', 'indextargets', '--format', indexTargetFormat, 'Created-By: Packages'];
  const known = parseAptSources(await runOnHost(words), suite);
  if (known) return known;
  throw new CoreshipError('failed', `apt on this host knows no mirror of Debian ${suite}`, {
    hint: 'add one to /etc/apt/sources.list.d and run apt-get update',
  });
}

/** The format that `apt-get indextargets` prints for {@link parseAptSources}. */
const indexTargetFormat = '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)';

/**
 * Picks Debian's own archive for a suite from apt's configuration, whether that is written in `.list` or `.sources`
 * files and whichever mirror serves it. Undefined when apt knows none, or none that debootstrap can fetch from.
 */
export function parseAptSources(targets: string, suite: string): AptSource | undefined {
  for (const line of targets.split('\n')) {
    const [origin, codename, component, mirror] = line.trim().split(/\s+/);
    if (origin !== 'Debian' || codename !== suite || component !== 'main') continue;
    if (mirror !== undefined && /^(https?|file):/.test(mirror)) return { mirror, suite };
  }
  return undefined;
}
