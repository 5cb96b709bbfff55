// The same programs as gcc builds them for this machine.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contenders.ts'
import type { NativeRecipe, Program } from './programs.ts'

const cpuTime = fileURLToPath(new URL('programs/cpu-time.c', import.meta.url))

/** Null where there is no gcc, or not all of the sources. */
export function native({ name, call, native: recipe }: Program, folder: string): Contender | null {
  if (recipe === null || !recipe.sources.every((source) => existsSync(source)) || !hasGcc()) {
    return null
  }
  const program = join(folder, name)
  build(program, recipe)
  const input = join(folder, `${name}.stdin`)
  writeFileSync(input, call.kind === 'wasi' ? call.stdin : '')
  let last = ''
  return {
    once() {
      const stdin = openSync(input, 'r')
      const { status, output } = spawnSync(program, recipe.args, {
        stdio: [stdin, 'pipe', 'inherit', 'pipe'],
        maxBuffer: 1 << 26,
      })
      closeSync(stdin)
      if (status !== 0) throw new Error(`${name} ended with ${status}`)
      const stdout = output[1] as unknown as Buffer
      last =
        call.kind === 'wasi'
          ? createHash('sha256').update(stdout).digest('hex')
          : String(stdout.readDoubleLE())
      return Number(String(output[3])) / 1e6
    },
    answer: () => last,
  }
}

function build(program: string, { sources, options }: NativeRecipe): void {
  const libraries = options.filter((option) => option.startsWith('-l'))
  const others = options.filter((option) => !option.startsWith('-l'))
  const files = [...sources, cpuTime, '-o', program]
  execFileSync('gcc', ['-O2', ...others, ...files, ...libraries], { stdio: 'inherit' })
}

function hasGcc(): boolean {
  return spawnSync('gcc', ['--version']).status === 0
}
