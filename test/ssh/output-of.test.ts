import { describe, expect, it } from 'vitest';
import { outputOf } from '../../src/ssh/output-of.ts';

describe('outputOf', () => {
  it('is what the command printed', () => {
    expect(outputOf('m1', 'read it', { status: 0, stdout: 'text\n', stderr: 'a warning\n' })).toBe('text\n');
  });

  it('names the machine, the action and the last five lines of stderr', () => {
    const result = { status: 3, stdout: 'text', stderr: '1\n2\n3\n4\n5\n6\n' };
    expect(() => outputOf('m1', 'read it', result, 'is it there?')).toThrow(
      expect.objectContaining({
        code: 'failed',
        message: 'm1: could not read it (status 3)',
        details: ['2', '3', '4', '5', '6'],
        hint: 'is it there?',
      }),
    );
  });
});
