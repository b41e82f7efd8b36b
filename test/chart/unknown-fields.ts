// Fields that Kubernetes does not know. The validators of kubernetes-models let them pass, its types do not: an object literal may hold
// only what its interface has.

import { join } from 'node:path';
import ts from 'typescript';
import type { KubernetesObject } from './helm.ts';

const root = join(import.meta.dirname, '..', '..');

/** What the compiler says of fields that the interfaces of Kubernetes lack; nothing when all is known. */
export function unknownFields(objects: readonly KubernetesObject[]): string[] {
  const file = join(root, 'test', 'chart', 'rendered.ts');
  const lines = objects.map(({ apiVersion, kind, ...rest }, index) => {
    const literal = JSON.stringify({ apiVersion, kind, ...rest });
    return `export const o${index}: import('kubernetes-models/${apiVersion}').I${kind} = ${literal};`;
  });
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => (path === file ? lines.join('\n') : readFile(path));
  host.fileExists = (path) => path === file || fileExists(path);
  const getSourceFile = host.getSourceFile;
  host.getSourceFile = (path, ...more) =>
    path === file ? ts.createSourceFile(path, lines.join('\n'), ts.ScriptTarget.ES2022) : getSourceFile(path, ...more);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
