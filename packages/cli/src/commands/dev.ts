import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { defineCommand } from '../command.ts'
import { type Shown, showAll } from '../dev/show-all.ts'

export const command = defineCommand({
  about:
    'A whole network on this machine, on loopback alone: a coordinator and nodes, each in a ' +
    'process and a folder of its own, until Ctrl-C. What another terminal needs to use it is ' +
    'printed as exports. All of it is in a temporary folder that is gone afterwards, or in ' +
    '--data-dir, and is there again the next time. --demo tries every part of vcp instead, the ' +
    'network too, shows what came of it, and ends.',
  options: [
    { form: '--nodes <n>', about: 'honest nodes; 3 unless said' },
    { form: '--bad-node', about: 'three more: one lies, one stalls, one crashes' },
    { form: '--quiet', about: 'say how to use it, and nothing of what happens then' },
    { form: '--demo', about: 'try every part, show what came of it, and end' },
  ],
  examples: [
    { line: 'vcp dev', about: 'a network to try things on' },
    { line: 'vcp dev --bad-node', about: 'and watch how bad nodes are caught' },
    { line: 'vcp dev --demo', about: 'everything at work; exits 0 when everything held' },
    { line: 'vcp dev --demo --json', about: 'for a program' },
  ],
  input: z.strictObject({
    nodes: z.coerce.number().int().min(0).max(50).default(3),
    badNode: z.boolean().default(false),
    quiet: z.boolean().default(false),
    demo: z.boolean().default(false),
  }),
  endsItself: true,
  async run({ nodes, badNode, quiet, demo }, context): Promise<Shown | undefined> {
    const { isDataDirNamed, dataDir } = context
    const isKept = isDataDirNamed && !demo
    const folder = isKept ? dataDir : mkdtempSync(join(tmpdir(), 'vcp-dev-'))
    try {
      if (demo) return await showAll(folder, context)
      const { stay } = await import('../dev/stay.ts')
      await stay({ folder, nodes, hasBadNodes: badNode, isQuiet: quiet }, context)
      return undefined
    } finally {
      if (!isKept) rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    }
  },
  text(data, style) {
    if (data === undefined) return ''
    // The parts were shown as they came.
    return data.holds ? style.good('everything held') : style.bad('something did not hold')
  },
  exitCode: (data) => (data === undefined || data.holds ? 0 : 8),
})
