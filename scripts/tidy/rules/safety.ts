import { banning, eachFile, type Rule } from '../rule.ts'
import { isCode } from '../source-file.ts'

const AT = 'packages/sandbox/src/a.ts'

export const noEval: Rule = banning({
  name: 'no-eval',
  about: 'no text is run as code',
  applies: isCode,
  at: AT,
  bans: [
    {
      pattern: /(?<![\w$.])(?:globalThis\s*\.\s*)?eval\s*\(/,
      message: 'never run text as code: parse it',
      fires: 'eval(text)',
      silent: 'model.eval(x)',
    },
    {
      pattern: /(?<![\w$.])(?:new\s+)?Function\s*\(/,
      message: 'never run text as code: write the function',
      fires: "new Function('a', 'return a')",
      silent: 'a instanceof Function && isFunction(a)',
    },
  ],
})

export const noShell: Rule = {
  name: 'no-shell',
  about: 'a process is started from a list of arguments, never from a line for a shell',
  check: eachFile(isCode, (file) => {
    const message = 'no shell: call spawn or execFile with a list of arguments'
    const imported = file.imports
      .filter(({ specifier }) => /^(node:)?child_process$/.test(specifier))
      .filter(({ clause, typeOnly }) => !typeOnly && /\bexec(Sync)?\b|^\*|^\w+$/.test(clause))
    const shells = [...file.code.matchAll(/(?<![.\w$])shell\s*:\s*(?:true\b|['"`])/g)]
    return [
      ...imported.map(({ offset }) => ({ offset, message })),
      ...shells.map(({ index }) => ({ offset: index, message })),
    ]
  }),
  fires: [
    { [AT]: "import { exec } from 'node:child_process'" },
    { [AT]: "import { spawn, execSync as run } from 'child_process'" },
    { [AT]: "import * as child from 'node:child_process'" },
    { [AT]: "import child from 'node:child_process'" },
    { [AT]: 'spawn(a, b, { shell: true })' },
    { [AT]: "spawn(a, b, { shell: '/bin/sh' })" },
  ],
  silent: [
    { [AT]: "import { execFile, execFileSync, spawn } from 'node:child_process'" },
    { [AT]: "import type * as child from 'node:child_process'" },
    { [AT]: 'spawn(a, b, { shell: false })' },
    { [AT]: 'const found = /a/.exec(b)' },
  ],
}

const MUTE = 'packages/learning/src/train/native-runtime.ts'

export const muteRuntime: Rule = {
  name: 'mute-runtime',
  about: 'the native ONNX runtime is loaded in one place, which keeps it from telling its maker',
  check: eachFile(
    (path) => isCode(path) && path !== MUTE,
    ({ imports }) =>
      imports
        .filter(({ specifier, typeOnly }) => specifier === 'onnxruntime-node' && !typeOnly)
        .map(({ offset }) => ({ offset, message: `import it from ${MUTE}` })),
  ),
  fires: [
    { [AT]: "import { InferenceSession } from 'onnxruntime-node'" },
    { [AT]: "const { Tensor } = await import('onnxruntime-node')" },
  ],
  silent: [
    { [MUTE]: "export const { Tensor } = await import('onnxruntime-node')" },
    { [AT]: "import type { Tensor } from 'onnxruntime-node'" },
    { [AT]: "import { Tensor } from 'onnxruntime-web'" },
  ],
}

// Spelt in parts, so that this file does not trip over itself.
const EXAMPLE = '(?!(?:ana|ben|user|you)\\b)'
const HOMES = ['work', 'root', `home/${EXAMPLE}[\\w.-]+`, `Users/${EXAMPLE}[\\w.-]+`].join('|')
const MACHINE_PATH = new RegExp(
  `(?:(?<![\\w./~$})*>@-])|file://)/(?:${HOMES})(?=/|['"\`\\s),;]|$)`,
  'gm',
)

export const machinePath: Rule = {
  name: 'machine-path',
  about: 'no file knows where it lies on the machine that it was written on',
  check: eachFile(
    () => true,
    (file) =>
      [...file.text.matchAll(MACHINE_PATH)].map(({ index }) => ({
        offset: index,
        message:
          'a path of one machine: start from import.meta.url, the home folder or a temporary one',
      })),
  ),
  fires: [
    { 'README.md': `see ${absolute('work', 'main')} for more` },
    { [AT]: `const a = '${absolute('root', '.cache')}'` },
    { [AT]: `const a = '${absolute('home', 'builder', 'b')}'` },
    { 'docs/a.md': `(${absolute('Users', 'builder')})` },
    { 'docs/a.md': `file://${absolute('work', 'main')}` },
    { 'package.json': JSON.stringify({ a: absolute('work') }) },
  ],
  silent: [
    { 'README.md': 'see /workspace/a, /home/ana/b, ./work/main and https://example.org/root/a' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the hole is part of the sample
    { [AT]: 'const a = `${folder}/work/b`; const c = /home/' },
    { 'docs/a.md': '~/home/b and packages/*/root/c' },
  ],
}

function absolute(...parts: string[]): string {
  return ['', ...parts].join('/')
}
