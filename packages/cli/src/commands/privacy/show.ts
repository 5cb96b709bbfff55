import {
  type DatasetReport,
  type Phase,
  pldEpsilon,
  privacyStatement,
  rdpEpsilon,
  type StatementLine,
} from '@vcp/learning'
import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { openLedger } from '../../datasets/ledger-place.ts'
import { fields, hanging, type Style } from '../../style.ts'

export const command = defineCommand({
  about:
    'What was granted for the data sets of this node, what was spent, and by which tasks. The ' +
    'RDP figure is the one that budgets are held to; the PLD figure is closer to the truth and ' +
    'never below it. What was paid for and may not have left counts as spent.',
  options: [{ form: '--dataset <name>', about: 'of one data set only' }],
  examples: [
    { line: 'vcp privacy show', about: 'what has been learned from the data here?' },
    { line: 'vcp privacy show --dataset digits --json', about: 'for a program' },
  ],
  input: z.strictObject({ dataset: z.string().min(1).optional() }),
  async run({ dataset }, { dataDir }) {
    const ledger = openLedger(dataDir)
    const all = ledger.report()
    ledger.close()
    const asked = all.filter(({ dataset: name }) => dataset === undefined || name === dataset)
    if (dataset !== undefined && asked.length === 0) {
      const message = `nothing was ever granted for a data set ${dataset}`
      throw new VcpError('NOT_FOUND', { message })
    }
    return asked.map(shownReport)
  },
  text: (data, style) =>
    data.length === 0
      ? 'Nothing was granted here, and nothing was spent.'
      : data.map((each) => reportText(each, style)).join('\n\n'),
})

type Shown = ReturnType<typeof shownReport>

function shownReport({ dataset, budget, tasks }: DatasetReport) {
  const phases = tasks.flatMap((task) => task.phases)
  const spent = figuresOf(phases, budget.delta)
  return {
    dataset,
    granted: budget,
    spent,
    left: Math.max(0, budget.epsilon - spent.rdp),
    tasks: tasks.map((task) => ({
      task_id: task.taskId,
      budget: task.budget,
      releases: task.releases,
      pending: task.pending,
      spent: figuresOf(task.phases, task.budget.delta),
    })),
    statement: privacyStatement({ unit: 'example', phases, budget }).map(withTrust(phases)),
  }
}

/** Who took everything at once had its noise from the coordinator: the unit was the node. */
function withTrust(phases: readonly Phase[]) {
  const isTrusting = phases.some(({ samplingRate }) => samplingRate === 1)
  const text = 'for what was taken whole, the coordinator, which adds the noise to a sum of updates'
  return (line: StatementLine) => (isTrusting && line.name === 'trusted' ? { ...line, text } : line)
}

function figuresOf(phases: readonly Phase[], delta: number) {
  const pld = pldEpsilon(phases, delta)
  return { rdp: rdpEpsilon(phases, delta).epsilon, pld: pld?.epsilon ?? null }
}

/** Before the lines of a statement. */
const margin = 15

function reportText({ dataset, granted, spent, left, tasks, statement }: Shown, style: Style) {
  const rows: [string, string][] = [
    ['data set', style.title(dataset)],
    ['granted', `epsilon ${granted.epsilon} at delta ${granted.delta}`],
    ['spent', figuresText(spent)],
    ['left', left === 0 ? style.warn('nothing') : left.toPrecision(4)],
  ]
  const byTask = tasks.map(({ task_id, releases, pending, spent: own, budget }) => {
    const open = pending === 0 ? '' : `, ${pending} of them not known to have left`
    return `  ${task_id}  ${figuresText(own)} of ${budget.epsilon}; ${releases} releases${open}`
  })
  const lines = statement.map(({ name, text }): [string, string] => {
    return [name.padEnd(12), hanging(text, margin, style.columns)]
  })
  return [fields(rows, style), ...byTask, fields(lines, style)].join('\n')
}

function figuresText({ rdp, pld }: Shown['spent']): string {
  const closer = pld === null ? '' : `, ${pld.toPrecision(4)} by PLD`
  return `${rdp === 0 ? '0' : rdp.toPrecision(4)}${closer}`
}
