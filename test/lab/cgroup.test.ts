import { describe, expect, it } from 'vitest';
import { parseCgroupMounts } from '../../src/lab/cgroup.ts';

const v1 = 'cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0';

describe('the hierarchies that a machine’s init uses', () => {
  it.each([
    ['version 2 only', ['cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0'], '/sys/fs/cgroup', undefined],
    [
      'both',
      [
        v1,
        'cgroup /sys/fs/cgroup/systemd cgroup rw,xattr,name=systemd 0 0',
        'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0',
      ],
      '/sys/fs/cgroup/unified',
      '/sys/fs/cgroup/systemd',
    ],
    ['version 1 only', [v1], undefined, undefined],
  ])('with %s', (_, mounts, unified, named) => {
    expect(parseCgroupMounts(mounts.join('\n'))).toEqual({ unified, named });
  });
});
