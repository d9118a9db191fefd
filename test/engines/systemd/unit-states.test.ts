import { describe, expect, it } from 'vitest';
import { readStates } from '../../../src/engines/systemd/unit-states.ts';

describe('readStates', () => {
  it('reads a block a unit, in whatever order its properties come', () => {
    const output = `Id=apache@7777.service
Names=apache@7777.service web.service
Job=0
MainPID=4711
ActiveState=active
SubState=running
Result=success
NRestarts=2
NeedDaemonReload=no
LoadState=loaded
FragmentPath=/etc/systemd/system/apache@7777.service

NeedDaemonReload=yes
NRestarts=0
Result=exit-code
SubState=failed
ActiveState=failed
LoadState=loaded
MainPID=0
Job=4711
Names=nginx_lb.service
Id=nginx_lb.service
`;
    expect(readStates(output)).toEqual([
      {
        state: {
          name: 'apache@7777.service',
          active: 'active',
          sub: 'running',
          result: 'success',
          mainPid: 4711,
          restarts: 2,
          queued: false,
          reloadNeeded: false,
        },
        names: ['apache@7777.service', 'web.service'],
        load: 'loaded',
        fragment: '/etc/systemd/system/apache@7777.service',
      },
      {
        state: {
          name: 'nginx_lb.service',
          active: 'failed',
          sub: 'failed',
          result: 'exit-code',
          mainPid: 0,
          restarts: 0,
          queued: true,
          reloadNeeded: true,
        },
        names: ['nginx_lb.service'],
        load: 'loaded',
        fragment: '',
      },
    ]);
  });

  it.each([
    ['nothing', ''],
    ['empty lines', '\n\n\n'],
  ])('reads %s as no unit', (_, output) => {
    expect(readStates(output)).toEqual([]);
  });

  it('takes a property that older versions of systemd lack for none', () => {
    const [shown] = readStates('Id=a.service\nActiveState=active\n');
    expect(shown?.state).toMatchObject({ active: 'active', restarts: 0, mainPid: 0, reloadNeeded: false });
  });

  it('reads a state that only a later systemd has', () => {
    const [shown] = readStates('Id=a.service\nActiveState=hibernating\nSubState=deep\n');
    expect(shown?.state).toMatchObject({ active: 'unknown', sub: 'deep' });
  });

  it('keeps an equals sign in a value', () => {
    expect(readStates('Id=a.service\nFragmentPath=/x=y/a.service\n')[0]?.fragment).toBe('/x=y/a.service');
  });
});
