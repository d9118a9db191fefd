import { describe, expect, it } from 'vitest';
import { lintUnitText } from '../../src/unit/lint.ts';

/** Problems of a text in a file as `line rule`. */
function lint(text: string, file = 'a.timer'): readonly string[] {
  return lintUnitText(text, file).map(({ rule, where }) => `${where?.line ?? '-'} ${rule}`);
}

describe('lintUnitText', () => {
  it.each<[name: string, text: string, problems: readonly string[]]>([
    ['nothing wrong', '# a\n\n[A]\nB=c \\\n  d\n', []],
    ['a comment that swallows the next line', '[A]\n# see \\\nB=1\n', ['2 comment-swallows-next-line']],
    ['a comment with backslash and space', '[A]\n; see \\ \nB=1\n', ['2 comment-swallows-next-line']],
    ['a comment with a backslash before an empty line', '[A]\n# see \\\n\nB=1\n', []],
    ['a comment with a backslash before a comment', '[A]\n# see \\\n# also\nB=1\n', []],
    ['a comment with a backslash at the end', '[A]\nB=1\n# see \\\n', []],
    ['a comment inside a value', '[A]\nB=c \\\n# d\n  e\n', ['3 comment-inside-value']],
    [
      'two comments inside a value',
      '[A]\nB=c \\\n# d\n ; e\n  f=g\n',
      ['3 comment-inside-value', '4 comment-inside-value'],
    ],
    ['CRLF and a continuation', '[A]\r\nB=c \\\r\n  d\r\n', ['2 crlf-continuation']],
    ['CRLF alone', '[A]\r\nB=c\r\n', []],
    ['an escaped backslash at the end of a line', '[A]\nB=c\\\\\nD=e\n', ['2 double-backslash-at-end']],
    ['a space after the backslash', '[A]\nB=c \\ \nD=e\n', ['2 whitespace-after-backslash']],
    ['a long line', `[A]\nB=${'x'.repeat(2046)}\n`, ['2 line-too-long']],
    ['a long comment', `[A]\n# ${'x'.repeat(2046)}\nB=1\n`, ['2 line-too-long']],
    ['an option before the first section', 'B=1\n[A]\nC=1\n', ['1 missing-section']],
    ['a line without =', '[A]\nfoo\n', ['2 missing-equals']],
    ['a carriage return inside a line', '[A]\nB=c\rD=e\n', ['2 lone-carriage-return']],
    ['a no-break space at the end', '[A]\nX=1\nB=c\u00A0\n', ['3 dialects-disagree']],
    [
      'several, in order of lines',
      '[A]\nfoo\nB=c \\\n# d\n\n[C\n',
      ['2 missing-equals', '4 comment-inside-value', '6 bad-section-header'],
    ],
  ])('%s', (_, text, problems) => {
    expect(lint(text)).toEqual(problems);
  });

  it.each<[file: string, text: string, problems: readonly string[]]>([
    ['a.service', '[Unit]\nDescription=a\n', ['- no-service-section']],
    ['a.service', '', ['- no-service-section']],
    ['a.service', '[service]\nExecStart=/bin/true\n', ['- no-service-section']],
    ['a.service', '[Service]\nExecStart=/bin/true\n', []],
    ['a.target', '[Unit]\nDescription=a\n', []],
  ])('%s with %j', (file, text, problems) => {
    expect(lint(text, file)).toEqual(problems);
  });

  it('says where, what and what to do', () => {
    expect(lintUnitText('[A]\n# see \\\nB=1\n', 'static/a.timer')).toEqual([
      {
        rule: 'comment-swallows-next-line',
        severity: 'error',
        message: 'comment ends in a backslash: to fleet, line 3 is part of the comment',
        hint: 'end the comment with another character',
        where: { file: 'static/a.timer', line: 2, column: 1 },
      },
    ]);
  });
});
