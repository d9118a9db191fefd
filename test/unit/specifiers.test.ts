import { describe, expect, it } from 'vitest';
import { expandSpecifiers } from '../../src/unit/specifiers.ts';
import { expandSystemdSpecifiers } from '../support/expand-systemd-specifiers.ts';

const name = 'web-apache@a-b\\x2dc.d.service';

describe('expandSpecifiers, as fleet does', () => {
  it.each([
    ['%n', name],
    ['%N', 'web-apache@a-b\\x2dc.d'],
    ['%p', 'web-apache'],
    ['%i', 'a-b\\x2dc.d'],
    ['%p-discovery@%i.service', 'web-apache-discovery@a-b\\x2dc.d.service'],
    ['%%i', '%a-b\\x2dc.d'],
    ['%H %m %I %j', '%H %m %I %j'],
  ])('%s', (value, expanded) => {
    expect(expandSpecifiers(value, name)).toBe(expanded);
  });

  it('has no instance for a plain unit, and expands nothing for a name without type', () => {
    expect(expandSpecifiers('<%i>%p', 'nginx_lb.service')).toBe('<>nginx_lb');
    expect(expandSpecifiers('%n %p', '')).toBe('%n %p');
  });

  it('takes $ in a name literally', () => {
    expect(expandSpecifiers('%i', 'a@$&.service')).toBe('$&');
  });
});

describe('expandSystemdSpecifiers', () => {
  it.each([
    ['%n', name],
    ['%N', 'web-apache@a-b\\x2dc.d'],
    ['%p %P', 'web-apache web/apache'],
    ['%i', 'a-b\\x2dc.d'],
    ['%I', 'a/b-c.d'],
    ['%j %J', 'apache apache'],
    ['100%%', '100%'],
    ['%%i', '%i'],
    ['%H %m %t', '%H %m %t'],
    ['%', '%'],
  ])('%s', (value, expanded) => {
    expect(expandSystemdSpecifiers(value, name)).toBe(expanded);
  });
});
