// Every demonstration in turn; what came of each is shown as soon as it is known.
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../command.ts'
import { hanging, type Style, styleFor } from '../style.ts'
import { progressLine } from '../task/progress-line.ts'
import type { Step } from './demonstration.ts'
import { demonstrations } from './demonstrations.ts'

export interface Part {
  readonly name: string
  readonly about: string
  readonly steps: readonly Step[]
}

export interface Shown {
  readonly parts: readonly Part[]
  readonly holds: boolean
}

export async function showAll(folder: string, context: Context): Promise<Shown> {
  const { host, json } = context
  const style = styleFor(host.terminal.hasColour, host.terminal.columns)
  const parts: Part[] = []
  for (const { name, about, run } of demonstrations) {
    host.signal.throwIfAborted()
    const progress = progressLine(context)
    try {
      progress.say(name)
      const doing = (what: string) => progress.say(`${name}: ${what}`)
      const own = mkdtempSync(join(folder, `${name}-`))
      parts.push({ name, about, steps: await run({ host, folder: own, doing }) })
    } finally {
      progress.end()
    }
    if (!json) host.out(`${partText(parts.at(-1)!, style)}\n\n`)
  }
  return { parts, holds: parts.every(({ steps }) => steps.every(({ holds }) => holds !== false)) }
}

function partText({ name, about, steps }: Part, style: Style): string {
  const margin = name.length + 2
  const title = `${style.title(name)}  ${style.quiet(hanging(about, margin, style.columns))}`
  return [title, ...steps.map((each) => line(each, style))].join('\n')
}

function line({ what, outcome, holds }: Step, style: Style): string {
  const symbol = holds === null ? '·' : holds ? style.good('✓') : style.bad('✗')
  const margin = 6
  const came = style.quiet(hanging(outcome, margin, style.columns))
  return `  ${symbol} ${hanging(what, 4, style.columns)}\n${' '.repeat(margin)}${came}`
}
