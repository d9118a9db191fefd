import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refusals } from '../../src/placement/check-rules.ts';
import { unitHash } from '../../src/unit/serialise.ts';
import type { UnitOption } from '../../src/unit/unit-file.ts';
import { type FakeMachine, FleetMachines, type RegisteredUnit } from './fleet-machines.ts';

/** What an answer is made from. */
interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

const states = ['inactive', 'loaded', 'launched'];

/** A fleetd that answers as the recorded one, on a unix socket; its cluster moves on by `step`. */
export class FakeFleetd {
  readonly machines: FleetMachines;
  readonly units = new Map<string, RegisteredUnit>();
  /** `PUT apache@7777.service launched`, in order: what clients asked to change. */
  readonly log: string[] = [];
  /** Answers given instead of the real ones, first come first served. */
  readonly disturbances: (Answer | 'hang up')[] = [];
  /** Things no client may do; a test looks that there are none. */
  readonly sins: string[] = [];
  socket = '';
  private readonly version: string;
  private readonly server = createServer((request, response) => void this.serve(request, response));
  private folder = '';

  constructor(machines: readonly FakeMachine[], version = '1.0.0') {
    this.machines = new FleetMachines(machines);
    this.version = version;
  }

  async listen(): Promise<this> {
    this.folder = await mkdtemp(join(tmpdir(), 'fake-fleetd-'));
    this.socket = join(this.folder, 'fleet.sock');
    await new Promise<void>((resolve) => this.server.listen(this.socket, resolve));
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }

  /** One round of the scheduler and the agents. */
  step(rounds = 1): void {
    for (let round = 0; round < rounds; round += 1) this.machines.step(this.units);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const disturbance = this.disturbances.shift();
    if (disturbance === 'hang up') return void request.socket.destroy();
    const url = new URL(request.url ?? '', 'http://fleet');
    const answer = disturbance ?? this.answer(request, url, Buffer.concat(chunks).toString());
    if (!answer) return void request.socket.destroy();
    response.setHeader('server', `fleetd/${this.version}`);
    if (answer.body !== undefined) response.setHeader('content-type', 'application/json');
    response.writeHead(answer.status).end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  }

  private answer(request: IncomingMessage, url: URL, body: string): Answer | undefined {
    const [kind = '', name] = url.pathname.replace('/fleet/v1/', '').split('/').map(decodeURIComponent);
    const method = request.method ?? '';
    if (!['units', 'state', 'machines'].includes(kind)) return refusal(404, '');
    if (name === undefined) {
      if (method !== 'GET') return refusal(405, 'only GET supported against this resource');
      if (kind === 'machines') return { status: 200, body: { machines: this.machines.machines } };
      if (kind === 'state') return page('states', this.states(url.searchParams), url.searchParams);
      return page('units', this.shownUnits(), url.searchParams);
    }
    if (kind === 'state') {
      this.sins.push(`asked for the state of ${name} alone, which kills fleetd 1.0.0 where there is none`);
      const [state] = this.states(new URLSearchParams({ unitName: name }));
      return state === undefined ? undefined : { status: 200, body: state };
    }
    const unit = this.units.get(name);
    if (method === 'PUT') return this.put(name, request.headers['content-type'] ?? '', body);
    if (!unit) return refusal(404, 'unit does not exist');
    if (wedged(unit)) return refusal(500, '');
    if (method === 'GET') return { status: 200, body: this.show(unit) };
    this.log.push(`DELETE ${name}`);
    if (this.holders(name).some((loaded) => loaded.active === 'active'))
      this.sins.push(`destroyed ${name} while it ran`);
    this.units.delete(name);
    return { status: 204 };
  }

  private put(name: string, contentType: string, text: string): Answer {
    if (!/^application\/json(;|$)/.test(contentType))
      return refusal(415, 'only acceptable Content-Type is application/json');
    let body: { name?: string; desiredState?: string; options?: readonly UnitOption[] };
    try {
      body = JSON.parse(text);
    } catch {
      return refusal(
        400,
        `unable to decode body: invalid character '${text.charAt(1)}' looking for beginning of object key string`,
      );
    }
    if (body.name && body.name !== name) {
      return refusal(400, `name in URL "${name}" differs from unit name in request body "${body.name}"`);
    }
    if (!name.includes('.')) return refusal(400, 'unit name must contain "."');
    const odd = /[^A-Za-z0-9:_.\\@-]/.exec(name)?.[0];
    if (odd) return refusal(400, `invalid character '${odd}' in unit name`);
    const { desiredState: desired, options = [] } = body;
    const unit = this.units.get(name);
    if (unit && wedged(unit)) return refusal(500, '');
    this.log.push(`PUT ${name} ${desired ?? 'without a state'}${options.length > 0 ? ' with options' : ''}`);
    if (!unit) return this.create(name, desired, options);
    const changed = options.length > 0 && unitHash(canonical(options)) !== unitHash(unit.options);
    if (changed && this.version.startsWith('1.')) {
      if (desired === undefined && unit.desired === 'launched')
        this.sins.push(`stopped ${name} by options without a state`);
      unit.options = canonical(options);
      unit.desired = desired ?? 'inactive';
      if (unit.desired === 'inactive') delete unit.machine;
      this.machines.wake();
      return { status: 201 };
    }
    if (!desired) return refusal(409, 'must provide DesiredState to update existing unit');
    if (name.includes('@.') && desired !== 'inactive')
      return refusal(400, `cannot activate template "${name}"`);
    unit.desired = desired;
    if (desired === 'inactive') delete unit.machine;
    this.machines.wake();
    return { status: 204 };
  }

  private create(name: string, desired: string | undefined, options: readonly UnitOption[]): Answer {
    if (options.length === 0) return refusal(409, 'unit does not exist and options field empty');
    const [problem] = refusals(options);
    if (problem) return refusal(400, problem.message);
    if (desired !== undefined && !states.includes(desired)) return refusal(500, '');
    if (this.holders(name).length > 0) this.sins.push(`created ${name} again before it was unloaded`);
    if (name.includes('@.') && desired !== 'inactive') this.sins.push(`gave the template ${name} a state`);
    this.units.set(name, { name, options: canonical(options), desired: desired ?? 'inactive' });
    this.machines.wake();
    return { status: 201 };
  }

  private holders(name: string) {
    return this.machines.holders(name).flatMap((id) => this.machines.loaded(id, name) ?? []);
  }

  private shownUnits(): readonly unknown[] {
    return (
      [...this.units.values()]
        .filter((unit) => !wedged(unit))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        // The list gives global units a state that means nothing; asked for one of them, fleetd gives none.
        .map((unit) => ({ ...(isGlobal(unit) ? { currentState: 'inactive' } : {}), ...this.show(unit) }))
    );
  }

  private show({ name, options, desired, machine }: RegisteredUnit): object {
    const unit = { name, options, desiredState: desired };
    if (isGlobal({ options })) return unit;
    const loaded = machine === undefined ? undefined : this.machines.loaded(machine, name);
    const currentState = loaded ? (loaded.launched ? 'launched' : 'loaded') : 'inactive';
    return { ...unit, currentState, ...(machine === undefined ? {} : { machineID: machine }) };
  }

  private states(query: URLSearchParams): readonly unknown[] {
    return this.machines.machines.flatMap(({ id }) =>
      [...(this.machines.agents.get(id) ?? [])]
        .filter(([name]) => (query.get('unitName') ?? name) === name && (query.get('machineID') ?? id) === id)
        .map(([name, { hash, active, sub }]) => ({
          name,
          hash,
          machineID: id,
          systemdLoadState: 'loaded',
          systemdActiveState: active,
          systemdSubState: sub,
        })),
    );
  }
}

const limit = 100;

/** fleet's pages: the token is the limit and the number of the page, two little-endian numbers in base64. */
function page(field: string, rows: readonly unknown[], query: URLSearchParams): Answer {
  const token = query.get('nextPageToken');
  let number = 1;
  if (token !== null) {
    const bad = token.search(/[^A-Za-z0-9_=-]/);
    if (bad >= 0) return refusal(400, `illegal base64 data at input byte ${bad}`);
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.readUInt16LE(0) !== limit) return refusal(400, `token limit must be ${limit}`);
    number = bytes.readUInt16LE(2);
  }
  const part = rows.slice((number - 1) * limit, number * limit);
  const next = Buffer.alloc(4);
  next.writeUInt16LE(limit, 0);
  next.writeUInt16LE(number + 1, 2);
  const more = rows.length > number * limit;
  const nextPageToken = `${next.toString('base64url')}==`;
  return {
    status: 200,
    body: { ...(part.length > 0 ? { [field]: part } : {}), ...(more ? { nextPageToken } : {}) },
  };
}

function refusal(code: number, message: string): Answer {
  return { status: code, body: { error: { code, message } } };
}

function wedged({ desired }: RegisteredUnit): boolean {
  return !states.includes(desired);
}

function isGlobal({ options }: Pick<RegisteredUnit, 'options'>): boolean {
  return options.some((option) => option.name === 'Global' && option.value === 'true');
}

/** The registry keeps options section by section. */
function canonical(options: readonly UnitOption[]): readonly UnitOption[] {
  const sections = [...new Set(options.map(({ section }) => section))];
  return sections.flatMap((section) => options.filter((option) => option.section === section));
}
