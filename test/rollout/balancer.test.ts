import { describe, expect, it } from 'vitest';
import { servedBackends } from '../../src/rollout/balancer.ts';
import { FakeEngine } from '../fakes/fake-engine.ts';
import { balancer } from './sample-plan.ts';

function ask(answer: string) {
  const engine = new FakeEngine();
  engine.answers.set('m1', answer);
  return servedBackends(engine, balancer);
}

describe('servedBackends', () => {
  it.each([
    [
      'several',
      '{"version":1,"service":"apache","backends":["10.0.0.1:1","10.0.0.2:2"]}\n',
      ['10.0.0.1:1', '10.0.0.2:2'],
    ],
    ['none', '{"version":1,"backends":[]}', []],
    ['more than is known today', '{"version":1,"backends":["a:1"],"since":"noon"}', ['a:1']],
  ])('reads %s', async (_, answer, backends) => {
    expect(await ask(answer)).toEqual(backends);
  });

  it.each([
    '',
    'null',
    '[]',
    '7',
    '"backends"',
    '{}',
    '{"backends":"a:1"}',
    '{"backends":null}',
    '<html>',
    '{"backends":[',
  ])('refuses the answer %j, naming who gave it', async (answer) => {
    await expect(ask(answer)).rejects.toMatchObject({
      code: 'failed',
      message: `nginx_lb.service on lab-1: confd-watch status said ${JSON.stringify(answer)}`,
    });
  });
});
