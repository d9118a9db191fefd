import { describe, expect, it } from 'vitest';
import { lintUnit } from '../../src/placement/lint-unit.ts';

const service = '[Service]\nExecStart=/bin/true\n\n[X-Fleet]\n';

/** The problems of a service with these `[X-Fleet]` lines, the first of them on line 5. */
function lint(...lines: readonly string[]): readonly string[] {
  return lintUnit(`${service}${lines.join('\n')}\n`, 'static/a.service').map(
    ({ rule, severity, where }) => `${where?.file}:${where?.line} ${severity} ${rule}`,
  );
}

describe('lintUnit', () => {
  it('finds nothing wrong with a sound unit', () => {
    expect(lint('MachineMetadata=disk=ssd', 'Conflicts=b.service')).toEqual([]);
  });

  it.each<[lines: readonly string[], found: string]>([
    [['MachineOf=b@7.service', 'Conflicts=b@*.service'], '6 error unresolvable-requirements'],
    [['MachineOf=b@%i.service', 'Conflicts=b@*.service'], '6 error unresolvable-requirements'],
    [['MachineID=a', 'Global=true'], '5 error incompatible-options'],
  ])('reports what fleet refuses: %j', (lines, found) => {
    expect(lint(...lines)).toEqual([`static/a.service:${found}`]);
  });

  it('puts text, options and refusals in line order', () => {
    const text = `${service}MachineID=a\nnot an option\nMachineMetadata=ssd\nGlobal=true\n# swallows \\\nBogus=1\n`;
    expect(lintUnit(text, 'a.service').map(({ rule, where }) => `${where?.line} ${rule}`)).toEqual([
      '5 incompatible-options',
      '6 missing-equals',
      '7 metadata-pair-ignored',
      '9 comment-swallows-next-line',
      '10 unknown-option',
    ]);
  });
});
