/** Where debootstrap finds packages. */
export interface AptSource {
  readonly mirror: string;
  /** Code name of the suite. */
  readonly suite: string;
}

/** The format in which `apt-get indextargets` is asked; {@link parseAptSources} reads it. */
export const indexTargetFormat = '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)';

/**
 * Picks Debian's own archive for a suite out of what apt is configured with, whether it is written in
 * `.list` or `.sources` files and whichever mirror serves it. Undefined when apt knows none, or none that
 * debootstrap can fetch from.
 */
export function parseAptSources(targets: string, suite: string): AptSource | undefined {
  for (const line of targets.split('\n')) {
    const [origin, codename, component, mirror] = line.trim().split(/\s+/);
    if (origin !== 'Debian' || codename !== suite || component !== 'main') continue;
    if (mirror !== undefined && /^(https?|file):/.test(mirror)) return { mirror, suite };
  }
  return undefined;
}
