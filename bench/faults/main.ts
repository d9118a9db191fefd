import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { labDown, labUp } from '../../src/lab/lab.ts';
import { labShell } from '../../test/integration/support/lab-shell.ts';
import { copyProject, edit } from '../../test/integration/support/project.ts';
import { coreshipChain } from './coreship.ts';
import { type BenchOptions, readOptions, usage } from './options.ts';
import { type ChainReport, markdown, plain, type Report } from './report.ts';
import { runChain } from './run-chain.ts';
import { plot } from './svg.ts';

const lab = 'bench';
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const options = readOptions(process.argv.slice(2), process.env);
if (options === 'help') process.stdout.write(usage);
else await bench(options);

async function bench(options: BenchOptions): Promise<void> {
  const project = await copyProject();
  if (options.api === 'v2')
    await edit(
      join(project.root, 'coreship.yaml'),
      /^name: .*\n/m,
      'name: tutorial\nregistry: { api: v2 }\n',
    );
  try {
    const images = ['apache', 'nginx_lb'].map((image) => {
      return { name: `example/${image}`, context: join(project.root, 'images', image) };
    });
    const bin = options.bin === undefined ? {} : { bin: options.bin };
    await labUp({ name: lab, machines: 3, images, ...bin }, ({ text }) => say(text));
    const shell = labShell(lab);
    const chains: ChainReport[] = [
      await runChain(shell, coreshipChain(lab, project.root, options.api), options, say),
    ];
    await publish(chains, options.out);
  } finally {
    await project.remove();
    if (!options.keep) await labDown(lab, () => undefined);
  }
}

async function publish(chains: readonly ChainReport[], out: string): Promise<void> {
  const [cpu] = cpus();
  const report: Report = {
    version: 1,
    measured: new Date().toISOString().slice(0, 10),
    host: `${cpus().length} processors (${cpu?.model.trim() ?? 'unknown'})`,
    chains,
  };
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'faults.json'), `${JSON.stringify(report, undefined, 1)}\n`);
  await writeFile(join(out, 'faults.md'), markdown(report));
  await writeFile(join(out, 'faults.svg'), plot(chains));
  process.stdout.write(plain(report));
}
