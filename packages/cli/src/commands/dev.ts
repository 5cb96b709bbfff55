import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { defineCommand } from '../command.ts'
import { demonstrations } from '../dev/demonstrations.ts'
import { hanging, type Style } from '../style.ts'

export const command = defineCommand({
  about:
    'With --demo, each part of vcp that this version has is tried on this machine, in a ' +
    'temporary folder, and shown with what came of it. No coordinator and no nodes are ' +
    'started yet: this version has the protocol, identities, the sandbox and the checks of ' +
    'evidence, not the network.',
  options: [{ form: '--demo', about: 'try every part and show what came of it' }],
  examples: [
    { line: 'vcp dev', about: 'what this version has' },
    { line: 'vcp dev --demo', about: 'the same, at work; exits 0 when everything held' },
    { line: 'vcp dev --demo --json', about: 'for a program' },
  ],
  input: z.strictObject({ demo: z.boolean().default(false) }),
  async run({ demo }, { host }) {
    if (!demo) {
      const parts = demonstrations.map(({ name, about }) => ({ name, about, steps: null }))
      return { parts, holds: null }
    }
    const folder = mkdtempSync(join(tmpdir(), 'vcp-demo-'))
    try {
      const parts = []
      for (const { name, about, run } of demonstrations) {
        parts.push({ name, about, steps: await run({ host, folder }) })
      }
      return {
        parts,
        holds: parts.every(({ steps }) => steps.every(({ holds }) => holds !== false)),
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  text({ parts, holds }, style) {
    const shown = parts.map(({ name, about, steps }) => {
      const margin = name.length + 2
      const title = `${style.title(name)}  ${style.quiet(hanging(about, margin, style.columns))}`
      return steps === null ? title : [title, ...steps.map((each) => line(each, style))].join('\n')
    })
    if (holds === null) {
      return `${shown.join('\n')}\n\nSee them at work: ${style.code('vcp dev --demo')}`
    }
    const verdict = holds ? style.good('everything held') : style.bad('something did not hold')
    return `${shown.join('\n\n')}\n\n${verdict}`
  },
  exitCode: ({ holds }) => (holds === false ? 8 : 0),
})

function line(
  {
    what,
    outcome,
    holds,
  }: { readonly what: string; readonly outcome: string; readonly holds: boolean | null },
  style: Style,
): string {
  const symbol = holds === null ? '·' : holds ? style.good('✓') : style.bad('✗')
  const margin = 6
  const came = style.quiet(hanging(outcome, margin, style.columns))
  return `  ${symbol} ${hanging(what, 4, style.columns)}\n${' '.repeat(margin)}${came}`
}
