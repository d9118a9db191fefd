// Measures how long commands take as whole processes, compared with node itself in the same run: `npm run bench`.
// A scale with nothing to do is measured if the lab is up and serves.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const coreship = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const repository = fileURLToPath(new URL('..', import.meta.url));
const rounds = 11;

const project = mkdtempSync(join(tmpdir(), 'coreship-bench-'));
try {
  writeFileSync(join(project, 'coreship.yaml'), manyServices(1000));
  run([coreship, 'render'], project);
  const base = measure('node -e 0', ['-e', '0'], project);
  measure('coreship --help', [coreship, '--help'], project, base);
  measure('coreship render, 1,000 services', [coreship, 'render'], project, base);
  if (run([coreship, 'lab', 'status'], repository) === 0) {
    measure(
      'coreship scale apache 7777 8888, nothing to do',
      [coreship, 'scale', 'apache', '7777', '8888'],
      repository,
      base,
    );
  } else {
    process.stdout.write('coreship scale: not measured, the lab is not up\n');
  }
} finally {
  rmSync(project, { recursive: true });
}

function measure(name, words, cwd, base) {
  const times = Array.from({ length: rounds }, () => {
    const began = performance.now();
    const status = run(words, cwd);
    if (status !== 0) throw new Error(`${name} exited with ${status}`);
    return performance.now() - began;
  }).sort((a, b) => a - b);
  const [least, median, most] = [times[0], times[Math.floor(rounds / 2)], times[rounds - 1]].map(Math.round);
  const ratio = base ? `, ${(median / base).toFixed(2)} times node` : '';
  process.stdout.write(`${name}: median ${median} ms (${least} to ${most})${ratio}\n`);
  return median;
}

function run(words, cwd) {
  return spawnSync(process.execPath, words, { cwd, stdio: 'ignore' }).status;
}

function manyServices(count) {
  const services = Array.from(
    { length: count },
    (_, index) =>
      `  web-${index}:\n    image: example/web\n    ports: [{ container: 80 }]\n    placement: { conflicts: ['web-${index}@*.service'] }\n    registration: {}\n`,
  );
  return `name: bench\nservices:\n${services.join('')}`;
}
