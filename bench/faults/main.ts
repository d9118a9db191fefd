import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { exists } from '../../src/exists.ts';
import { runOnHost, tryOnHost } from '../../src/lab/host.ts';
import { labDown } from '../../src/lab/lab-down.ts';
import { labUp } from '../../src/lab/lab-up.ts';
import { coreshipChain } from '../../test/support/faults/coreship-chain.ts';
import { labShell } from '../../test/support/lab/lab-shell.ts';
import { copyProject, edit, type TestProject } from '../../test/support/project.ts';
import { repository } from '../../test/support/repository.ts';
import { type BenchOptions, readOptions, usage } from './options.ts';
import { type ChainReport, markdown, plain, type Report } from './report.ts';
import { runChain } from './run-chain.ts';
import { plot } from './svg.ts';
import { tutorialChain, tutorialImage } from './tutorial.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const options = readOptions(process.argv.slice(2), process.env);
if (options === 'help') process.stdout.write(usage);
else await bench(options);

async function bench(options: BenchOptions): Promise<void> {
  const { lab } = options;
  const project = await benchProject(options);
  try {
    const tutorial = options.tutorial ? await whyNoTutorial(options) : 'not asked for';
    if (options.tutorial && tutorial !== undefined) throw new Error(`the tutorial cannot run: ${tutorial}`);
    const images = ['apache', 'nginx_lb'].map((image) => {
      return { name: `example/${image}`, context: join(project.root, 'images', image) };
    });
    await labUp(
      {
        name: lab,
        machines: 3,
        images: options.tutorial ? [...images, tutorialImage] : images,
        ...(options.bin === undefined ? {} : { bin: options.bin }),
      },
      ({ text }) => say(text),
    );
    const shell = labShell(lab);
    const all = [
      coreshipChain(lab, project.root, options.api),
      ...(options.tutorial ? [tutorialChain(shell)] : []),
    ];
    const chains: ChainReport[] = [];
    for (const chain of all) {
      chains.push(await runChain(shell, chain, options, say));
      // A run of both takes most of an hour: what is measured is not to be lost with the rest.
      process.stdout.write(plain(await writeReport(chains, options.out)));
      await chain.destroy();
    }
    if (chains.some(({ missing }) => missing.length > 0)) process.exitCode = 1;
  } finally {
    await project.remove();
    if (!options.keep) await labDown(lab, () => undefined);
  }
}

/** A copy of the repository's project with what the options ask of it. */
async function benchProject({ api, watcher }: BenchOptions): Promise<TestProject> {
  const project = await copyProject();
  const file = join(project.root, 'coreship.yaml');
  if (api === 'v2') await edit(file, /^name: tutorial\n/m, 'name: tutorial\nregistry: { api: v2 }\n');
  if (watcher !== undefined) {
    const image = '    image: example/nginx_lb\n';
    await edit(file, image, `${image}    environment: { WATCHER: ${watcher} }\n`);
  }
  await runOnHost([process.execPath, join(repository, 'dist/bin.js'), 'render', '--project', project.root]);
  return project;
}

/** Why the tutorial's chain cannot run on this lab; nothing where it can. */
async function whyNoTutorial({ bin }: BenchOptions): Promise<string | undefined> {
  const version = async (program: string, option: string): Promise<string> => {
    if (bin === undefined || !(await exists(join(bin, program)))) return '';
    const { stdout, stderr } = await tryOnHost([join(bin, program), option]);
    return `${stdout}${stderr}`;
  };
  // The first release with the template's functions was 0.6, and the last of this line 0.16; the fork has no API v2.
  if (!/^confd v?0\.([6-9]|1[0-6])\./.test(await version('confd', '-version')))
    return 'it needs a confd 0.16 in --bin';
  if (/ 3\.([6-9]|\d\d)\./.test(await version('etcd', '--version'))) return 'the etcd in --bin has no API v2';
  return undefined;
}

async function writeReport(chains: readonly ChainReport[], out: string): Promise<Report> {
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
  return report;
}
