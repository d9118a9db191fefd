// A hundred small units on a fleet cluster, by coreship and by fleetctl in the same run: `npm run bench:fleet`.
// CORESHIP_LAB_BIN names a folder with fleetd and fleetctl 1.0.0. Makes a lab of its own and takes it down.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const bin = process.env.CORESHIP_LAB_BIN;
if (!bin) {
  process.stderr.write('CORESHIP_LAB_BIN must name a folder with fleetd and fleetctl 1.0.0\n');
  process.exit(2);
}
/** Milliseconds for a command and all that it sets going. */
const limitMs = 240_000;
const coreship = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const lab = `fb-${process.pid.toString(36)}`;
const labFolder = join('/var/lib/coreship/labs', lab);
const numbers = Array.from({ length: 100 }, (_, index) => String(index + 1));
const unitText = '[Unit]\nDescription=Small %i\n\n[Service]\nExecStart=/bin/sleep infinity\n';

const project = mkdtempSync(join(tmpdir(), 'coreship-bench-'));
writeProject();
try {
  run([coreship, 'lab', 'up', '--name', lab, '--bin', bin]);
  const { machines } = JSON.parse(readFileSync(join(labFolder, 'lab.json'), 'utf8'));
  const [entry, other] = machines;
  const cluster = ['--cluster', 'hundred'];
  const files = numbers.map((number) => join(project, 'fleetctl', `tiny@${number}.service`));
  const fleetctl = (verb, names) => withAgent([join(bin, 'fleetctl'), ...tunnel(entry), verb, ...names]);

  const ours = {
    start: await measure('small', 100, other, node(coreship, ...cluster, 'scale', 'small', ...numbers)),
    destroy: await measure('small', 0, other, node(coreship, ...cluster, 'destroy', 'small', '--yes')),
  };
  // What fleetctl never gets done, as under load, is told, and takes nobody's figures away.
  const theirs = {
    start: await measure('tiny', 100, other, fleetctl('start', files)).catch(tell),
    destroy: await measure('tiny', 0, other, fleetctl('destroy', files)).catch(tell),
  };
  report('start of 100', 'accepted', 'active', ours.start, theirs.start);
  report('destroy of 100', 'gone from the registry', 'unloaded', ours.destroy, theirs.destroy);
} finally {
  spawnSync(process.execPath, [coreship, 'lab', 'down', '--name', lab], { stdio: 'inherit' });
  rmSync(project, { recursive: true });
}

/** Runs a command to its end while a machine that is no entry watches fleet; seconds from the command's begin. */
async function measure(prefix, wanted, machine, words) {
  const probe = watch(prefix, wanted, machine);
  try {
    await probe.begun();
    const began = Date.now();
    const child = spawn(words[0], words.slice(1), {
      cwd: project,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: limitMs,
    });
    let talk = '';
    child.stderr.on('data', (chunk) => {
      talk = `${talk}${chunk}`.slice(-400);
    });
    const [status, signal] = await once(child, 'close');
    const ended = Date.now();
    const code = status ?? signal;
    if (code !== 0)
      process.stdout.write(
        `${words.slice(-102).slice(0, 2).join(' ')} … ended with ${code}: ${talk.trim()}\n`,
      );
    const seen = await probe.done();
    const since = (at) => (at - began) / 1000;
    return { code, ended: since(ended), registry: since(seen.registry), states: since(seen.states) };
  } finally {
    probe.stop();
  }
}

/** Looks at fleet every tenth of a second, on a machine itself, until all is as wanted or the time is up. */
function watch(prefix, wanted, machine) {
  const script = `
while :; do
  r=$(fleetctl list-unit-files --no-legend --fields=unit,dstate | grep -c "^$1@.*$4")
  s=$(fleetctl list-units --no-legend --fields=unit,active | grep -c "^$1@.*$3")
  echo "$(date +%s%3N) $r $s"
  if [ "$r" = "$2" ] && [ "$s" = "$2" ]; then exit; fi
  sleep 0.1
done`;
  // What is destroyed is gone only when it is in no list at all.
  const [desired, active] = wanted > 0 ? ['launched', '[^n]active'] : ['', ''];
  const words = ['sh', '-c', script, 'sh', prefix, String(wanted), active, desired].map(quote).join(' ');
  const child = spawn('ssh', [...sshOptions(), `core@${machine.address}`, words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: limitMs,
  });
  const seen = {};
  const lines = createInterface({ input: child.stdout }).on('line', (line) => {
    const [at, registry, states] = line.split(' ').map(Number);
    if (registry === wanted) seen.registry ??= at;
    if (states === wanted) seen.states ??= at;
  });
  const closed = once(child, 'close').then(() => false);
  const first = once(lines, 'line').then(() => true);
  return {
    begun: async () => {
      if (!(await Promise.race([first, closed]))) throw new Error(`nobody could look for ${prefix}`);
    },
    done: async () => {
      await closed;
      if (seen.registry === undefined || seen.states === undefined)
        throw new Error(`never seen ${wanted} of ${prefix}, within ${limitMs / 1000} s`);
      return seen;
    },
    stop: () => child.kill(),
  };
}

function report(what, registry, states, ours, theirs) {
  const line = (name, { code, ended, registry: first, states: last }) =>
    `${what} by ${name}: exit ${code}, ${registry} after ${first.toFixed(1)} s, ${states} after ${last.toFixed(1)} s, command ended after ${ended.toFixed(1)} s\n`;
  process.stdout.write(line('coreship', ours));
  if (!theirs) return;
  process.stdout.write(line('fleetctl', theirs));
  const ratio = (key) => `${key} ${(ours[key] / theirs[key]).toFixed(2)}`;
  process.stdout.write(`  coreship to fleetctl: ${['registry', 'states', 'ended'].map(ratio).join(', ')}\n`);
}

function tell({ message }) {
  process.stdout.write(`${message}\n`);
}

function writeProject() {
  mkdirSync(join(project, 'unit-templates'));
  mkdirSync(join(project, 'instances'));
  mkdirSync(join(project, 'fleetctl'));
  writeFileSync(
    join(project, 'coreship.yaml'),
    `name: hundred\nclusters:\n  hundred:\n    engine: fleet\n    lab: ${lab}\n`,
  );
  writeFileSync(join(project, 'unit-templates/small@.service'), unitText);
  for (const number of numbers) writeFileSync(join(project, `fleetctl/tiny@${number}.service`), unitText);
}

function tunnel({ address }) {
  return ['--strict-host-key-checking=false', '--tunnel', address, '--ssh-username', 'core'];
}

/** fleetctl takes keys from an agent only: one that lives as long as the command. */
function withAgent(words) {
  const script = 'ssh-add -q "$0" && exec "$@"';
  return ['ssh-agent', 'sh', '-c', script, join(labFolder, 'id_ed25519'), ...words];
}

function sshOptions() {
  const known = ['UserKnownHostsFile', join(labFolder, 'known_hosts')].join('=');
  return ['-F', 'none', '-i', join(labFolder, 'id_ed25519'), '-o', known, '-o', 'LogLevel=ERROR'];
}

function node(...words) {
  return [process.execPath, ...words];
}

function quote(word) {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function run(words) {
  const { status } = spawnSync(process.execPath, words, { cwd: project, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}`);
}
