import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/ssh/connection.ts';
import { asRoot, throwIfSudoFailed } from '../../src/ssh/sudo.ts';

const command = { words: ['systemctl', 'daemon-reload'], root: true };

describe('asRoot', () => {
  it('goes through sudo, which never asks', () => {
    expect(asRoot(command, 'core').words).toEqual(['sudo', '-n', '--', 'systemctl', 'daemon-reload']);
  });
  it('leaves root alone', () => {
    expect(asRoot(command, 'root')).toBe(command);
  });
  it('leaves a command alone that needs no root', () => {
    const plain = { words: ['id'] };
    expect(asRoot(plain, 'core')).toBe(plain);
  });
});

describe('throwIfSudoFailed', () => {
  const judge = (status: number, stderr: string, stdout = '') => {
    const result: CommandResult = { status, stderr, stdout };
    return () => throwIfSudoFailed({ name: 'm1', user: 'core' }, command, result);
  };

  it.each([
    'sudo: a password is required\n',
    'sudo: unable to resolve host m1: Name or service not known\nsudo: a password is required\n',
    'sudo: sorry, you must have a tty to run sudo\n',
    "Sorry, user core is not allowed to execute '/usr/bin/systemctl' as root on m1.\n",
    'core is not in the sudoers file.\n',
  ])('throws for %j', (stderr) => {
    expect(judge(1, stderr)).toThrow(
      expect.objectContaining({
        message: 'm1: sudo does not let core run `systemctl daemon-reload` as root without a password',
        hint: expect.stringContaining('core ALL=(root) NOPASSWD: ALL'),
      }),
    );
  });

  it.each(['bash: line 1: sudo: command not found\n', 'sh: 1: sudo: not found\n'])(
    'throws for %j',
    (stderr) => {
      expect(judge(127, stderr)).toThrow('m1: core is not root, and there is no sudo');
    },
  );

  it.each([
    ['the command’s own failure', 1, 'Failed to reload daemon: Access denied\n', ''],
    ['a warning of sudo before it', 1, 'sudo: unable to resolve host m1: Name or service not known\n', ''],
    ['a command that talks about sudo', 1, 'sudo: a password is required\n', 'some output'],
    ['success', 0, '', ''],
    ['a missing command', 127, 'sh: 1: systemctl: not found\n', ''],
  ])('does not throw for %s', (_what, status, stderr, stdout) => {
    expect(judge(status, stderr, stdout)).not.toThrow();
  });
});
