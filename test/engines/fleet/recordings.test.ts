import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { FakeFleetd } from '../../fakes/fake-fleetd.ts';
import { recordedMachines } from './fleet-engine-fixture.ts';

interface Line {
  readonly scenario: string;
  readonly note?: string;
  readonly request?: {
    readonly method: string;
    readonly path: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly response?: {
    readonly status?: number;
    readonly contentType?: string | null;
    readonly server?: string;
    readonly body?: unknown;
    readonly transportError?: string;
    readonly unitsInPage?: number;
    readonly first?: string;
    readonly last?: string;
    readonly nextPageToken?: string | null;
  };
}

interface Heard {
  readonly status?: number;
  readonly contentType?: string | null;
  readonly server?: string;
  readonly body?: unknown;
  readonly transportError?: string;
}

const path = new URL('../../cases/fleet/fleetd-1.0.0.jsonl', import.meta.url);
const lines = readFileSync(path, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Line);
const scenarios = [...new Set(lines.map(({ scenario }) => scenario))];

/** Scenarios that begin with what an earlier one left. */
const goesOnFrom: Readonly<Record<string, string>> = { 'put-existing': 'create-launched-at-once' };

/** Rounds after which a cluster has come to rest. */
const rest = 12;

describe('the fake fleetd answers as the recorded one', () => {
  it.each(scenarios)('%s', async (scenario) => {
    const fleetd = await new FakeFleetd(recordedMachines).listen();
    if (scenario === 'paging') fillPages(fleetd);
    try {
      for (const line of lines.filter((one) => [scenario, goesOnFrom[scenario]].includes(one.scenario))) {
        // What was waited for while recording has come to rest in the next line.
        if (line.note?.includes('after')) fleetd.step(rest);
        if (!line.request || !line.response) continue;
        await expectAnswer(fleetd, line.request, line.response);
      }
    } finally {
      await fleetd.close();
    }
  });
});

/** A reading may come at any moment of the cluster's way to rest: the recorded answer must be one of those on it. */
async function expectAnswer(
  fleetd: FakeFleetd,
  asked: NonNullable<Line['request']>,
  recorded: NonNullable<Line['response']>,
): Promise<void> {
  let heard = await ask(fleetd.socket, asked);
  for (let round = 0; round < rest && asked.method === 'GET' && !matches(heard, recorded); round += 1) {
    fleetd.step();
    heard = await ask(fleetd.socket, asked);
  }
  const where = `${asked.method} ${asked.path}`;
  if (recorded.unitsInPage !== undefined) {
    const body = heard.body as { units: readonly { name: string }[]; nextPageToken?: string };
    const { unitsInPage, first, last } = recorded;
    expect({
      unitsInPage: body.units.length,
      first: body.units[0]?.name,
      last: body.units.at(-1)?.name,
    }).toEqual({
      unitsInPage,
      first,
      last,
    });
    expect(body.nextPageToken ?? null).toBe(recorded.nextPageToken);
    return;
  }
  expect(heard, where).toEqual(comparable(recorded));
}

function matches(heard: Heard, recorded: NonNullable<Line['response']>): boolean {
  try {
    expect(heard).toEqual(comparable(recorded));
    return true;
  } catch {
    return recorded.unitsInPage !== undefined;
  }
}

function comparable(recorded: NonNullable<Line['response']>): Heard {
  if (recorded.transportError !== undefined) return { transportError: recorded.transportError };
  const { status, contentType, server, body } = recorded;
  return {
    ...(status === undefined ? {} : { status }),
    contentType: contentType ?? null,
    ...(server ? { server } : {}),
    body,
  };
}

function ask(socketPath: string, asked: NonNullable<Line['request']>): Promise<Heard> {
  const body =
    asked.body === undefined ? '' : typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body);
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', ...asked.headers };
    const call = request({ socketPath, method: asked.method, path: asked.path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? null,
          server: String(response.headers['server']),
          body: text === '' ? '' : JSON.parse(text),
        }),
      );
    });
    call.on('error', (error: NodeJS.ErrnoException) => resolve({ transportError: error.code ?? '' }));
    call.end(body);
  });
}

function fillPages(fleetd: FakeFleetd): void {
  for (let number = 0; number < 120; number += 1) {
    const name = `rec-p@${String(number).padStart(3, '0')}.service`;
    const options = [{ section: 'Service', name: 'ExecStart', value: '/bin/sleep 3600' }];
    fleetd.units.set(name, { name, options, desired: 'inactive' });
  }
}
