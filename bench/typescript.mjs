// Lets node run TypeScript as it lies, by erasing its types: node --import ./bench/typescript.mjs FILE.ts
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// Node loads the hooks in a thread of their own, out of this same file.
if (isMainThread) register(import.meta.url);

/** module.register's hook: what a module's text is. */
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
