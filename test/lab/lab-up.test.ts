import { describe, expect, it } from 'vitest';
import { labUp } from '../../src/lab/lab-up.ts';

describe('bringing a lab up', () => {
  // The image would be refused next; nothing on the host has been changed by then.
  const images = [{ name: 'NO IMAGE', context: '/nonexistent' }];
  it.each([0, 9, 2.5, Number.NaN])('refuses %s machines before anything else', async (machines) => {
    const events: string[] = [];
    const up = labUp({ name: 'dev', machines, images }, (event) => events.push(event.text));
    await expect(up).rejects.toMatchObject({
      code: 'usage',
      message: `a lab has 1 to 7 machines, not ${machines}`,
    });
    expect(events).toEqual([]);
  });
});
