// Starts and destroys a hundred small units on a fleet cluster, with coreship and with fleetctl: `npm run bench:fleet`.
// CORESHIP_LAB_BIN names a folder with fleetd and fleetctl 1.0.0. Creates its own lab and removes it.
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
/** Milliseconds for a command and everything it starts. */
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
  // fleetctl may fail under load; that is reported, and the other figures are kept.
  const theirs = {
    start: await measure('tiny', 100, other, fleetctl('start', files)).catch(reportFailure),
    destroy: await measure('tiny', 0, other, fleetctl('destroy', files)).catch(reportFailure),
  };
  report('start of 100', 'accepted', 'active', ours.start, theirs.start);
  report('destroy of 100', 'gone from the registry', 'unloaded', ours.destroy, theirs.destroy);
} finally {
  spawnSync(process.execPath, [coreship, 'lab', 'down', '--name', lab], { stdio: 'inherit' });
  rmSync(project, { recursive: true });
}

/** Runs a command while another machine than the entry watches fleet. Times are seconds since the command started. */
async function measure(prefix, desiredCount, machine, words) {
  const probe = watch(prefix, desiredCount, machine);
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
        `${words.slice(-102).slice(0, 2).join(' ')} … exited with ${code}: ${talk.trim()}\n`,
      );
    const seen = await probe.done();
    const since = (at) => (at - began) / 1000;
    return { code, ended: since(ended), registry: since(seen.registry), states: since(seen.states) };
  } finally {
    probe.stop();
  }
}

/** Polls fleet every tenth of a second on the machine itself, until all units are as desired or the time is up. */
function watch(prefix, desiredCount, machine) {
  const script = `
while :; do
  r=$(fleetctl list-unit-files --no-legend --fields=unit,dstate | grep -c "^$1@.*$4")
  s=$(fleetctl list-units --no-legend --fields=unit,active | grep -c "^$1@.*$3")
  echo "$(date +%s%3N) $r $s"
  if [ "$r" = "$2" ] && [ "$s" = "$2" ]; then exit; fi
  sleep 0.1
done`;
  // A destroyed unit is gone only when no list has it.
  const [desired, active] = desiredCount > 0 ? ['launched', '[^n]active'] : ['', ''];
  const words = ['sh', '-c', script, 'sh', prefix, String(desiredCount), active, desired]
    .map(quote)
    .join(' ');
  const child = spawn('ssh', [...sshOptions(), `core@${machine.address}`, words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: limitMs,
  });
  const seen = {};
  const lines = createInterface({ input: child.stdout }).on('line', (line) => {
    const [at, registry, states] = line.split(' ').map(Number);
    if (registry === desiredCount) seen.registry ??= at;
    if (states === desiredCount) seen.states ??= at;
  });
  const closed = once(child, 'close').then(() => false);
  const first = once(lines, 'line').then(() => true);
  return {
    begun: async () => {
      if (!(await Promise.race([first, closed]))) throw new Error(`could not observe the units of ${prefix}`);
    },
    done: async () => {
      await closed;
      if (seen.registry === undefined || seen.states === undefined)
        throw new Error(`did not see ${desiredCount} units of ${prefix} within ${limitMs / 1000} s`);
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

function reportFailure({ message }) {
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

/** fleetctl takes keys only from an agent; this one lives as long as the command. */
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
  if (status !== 0) throw new Error(`${words.join(' ')} exited with ${status}`);
}
