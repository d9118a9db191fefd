import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../src/plan/unified-diff.ts';

const labels = { from: 'a on m1', to: 'a in the project' };

describe('unifiedDiff', () => {
  it('is nothing where the texts are equal', () => {
    expect(unifiedDiff('x\n', 'x\n', labels)).toBe('');
  });

  it('is what patch(1) takes', () => {
    expect(unifiedDiff('one\ntwo\n', 'one\n2\n', labels)).toBe(
      '--- a on m1\n+++ a in the project\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n',
    );
  });

  it.each([
    ['the last newline', 'x', 'x\n'],
    ['line ends', 'x\r\n', 'x\n'],
    ['white space at the end', 'x \n', 'x\n'],
    ['all of it', '', 'x\n'],
  ])('shows a difference in %s alone', (_, from, to) => {
    expect(unifiedDiff(from, to, labels)).toMatch(/^[-+](?![-+])/m);
  });
});
