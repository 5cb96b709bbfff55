// Every exemption from a rule, in one place, each with its reason. tidy complains about one that
// matches no file any more.

export interface Exemption {
  readonly path: string
  readonly reason: string
}

/** Files that may be longer than the limit. A path that ends in `/` stands for all below it. */
export const mayBeLong: readonly Exemption[] = [
  { path: 'package-lock.json', reason: 'written by npm' },
  { path: 'packages/protocol/src/errors.ts', reason: 'one table: each row is an error code' },
  { path: 'packages/protocol/vectors/', reason: 'golden vectors are data' },
  { path: 'packages/sandbox/vectors/', reason: 'golden vectors are data' },
  { path: 'docs/cli.md', reason: 'generated from the command table' },
  { path: 'docs/errors.md', reason: 'generated from the error table' },
]

/** Whether an exemption is about this path. */
export function covers(path: string): (exemption: Exemption) => boolean {
  return (exemption) =>
    exemption.path.endsWith('/') ? path.startsWith(exemption.path) : path === exemption.path
}

export interface Passage {
  readonly from: string
  readonly to: string
  readonly reason: string
}

/** Imports that may go past a package's door. */
export const sideDoors: readonly Passage[] = [
  {
    from: 'scripts/with-node.mjs',
    to: 'packages/cli/bin/runtime.js',
    reason: 'it finds the Node to run everything else on, before anything is built',
  },
  {
    from: 'scripts/vectors.ts',
    to: 'packages/protocol/src/testing/golden.ts',
    reason: 'golden vectors are made from test material, which does not ship and has no door',
  },
  ...['cli.ts', 'config/keys.ts', 'program.ts'].map((file) => ({
    from: 'scripts/docs/cli.ts',
    to: `packages/cli/src/${file}`,
    reason: 'a program has no door, and docs/cli.md is generated from its tables',
  })),
]

/** Packages whose install script is denied by `allowScripts`, and why that does no harm. */
export const deniedScripts: Readonly<Record<string, string>> = {
  esbuild: 'the script only swaps a launcher for the binary, which comes as a package of its own',
  fsevents: 'macOS only; it comes compiled',
  'onnxruntime-node': 'the script fetches CUDA; .npmrc tells npm 10, which asks nobody, the same',
  protobufjs: 'the script only looks at how its users name its version',
}
