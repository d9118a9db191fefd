import { describe, expect, it } from 'vitest';
import { balancerStatus } from '../../src/engines/balancer-status.ts';
import { FakeEngine } from '../fakes/fake-engine.ts';
import { balancer } from '../rollout/sample-plan.ts';

function ask(answer: string) {
  const engine = new FakeEngine();
  engine.answers.set('m1', answer);
  return balancerStatus(engine, balancer);
}

describe('balancerStatus', () => {
  it.each([
    [
      'several of one service',
      '{"version":1,"services":{"apache":["10.0.0.1:1","10.0.0.2:2"]}}\n',
      { services: { apache: ['10.0.0.1:1', '10.0.0.2:2'] } },
    ],
    [
      'those of several services',
      '{"version":1,"services":{"apache":["10.0.0.1:1"],"shop":["10.0.0.2:2"]},"problem":null}',
      { services: { apache: ['10.0.0.1:1'], shop: ['10.0.0.2:2'] } },
    ],
    ['none', '{"version":1,"services":{"apache":[]}}', { services: { apache: [] } }],
    [
      'what keeps a newer list away',
      '{"version":1,"services":{"apache":[]},"problem":"nginx refused it"}',
      { services: { apache: [] }, problem: 'nginx refused it' },
    ],
    ['more than is known today', '{"version":1,"services":{},"mood":"good"}', { services: {} }],
  ])('reads %s', async (_, answer, status) => {
    expect(await ask(answer)).toEqual(status);
  });

  it.each([
    '',
    'null',
    '[]',
    '7',
    '"services"',
    '{}',
    '{"services":null}',
    '{"services":["a:1"]}',
    '{"services":{"apache":"a:1"}}',
    '<html>',
    '{"services":{',
  ])('refuses the answer %j, naming who gave it', async (answer) => {
    await expect(ask(answer)).rejects.toMatchObject({
      code: 'failed',
      message: `nginx_lb.service on lab-1: confd-watch status said ${JSON.stringify(answer)}`,
    });
  });
});
