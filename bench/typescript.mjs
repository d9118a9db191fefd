// Runs TypeScript files in node by erasing their types: node --import ./bench/typescript.mjs FILE.ts
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// Node loads the hooks from this same file, in a separate thread.
if (isMainThread) register(import.meta.url);

/** The load hook of module.register: returns a module's source. */
export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return await next(url, context);
  const { default: typescript } = await import('typescript');
  const text = await readFile(new URL(url), 'utf8');
  const { outputText } = typescript.transpileModule(text, {
    compilerOptions: {
      target: 'es2023',
      module: 'esnext',
      verbatimModuleSyntax: true,
      inlineSourceMap: true,
    },
  });
  return { format: 'module', source: outputText, shortCircuit: true };
}
