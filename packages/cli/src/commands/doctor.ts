import { exitCodes, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { type Context, defineCommand } from '../command.ts'
import { nearest } from '../config/nearest.ts'
import type { Settings } from '../config/settings.ts'
import { askCoordinator, type CoordinatorAnswer } from '../doctor/ask-coordinator.ts'
import type { Check, Examination, Finding, Status } from '../doctor/check.ts'
import { checks } from '../doctor/checks.ts'
import { examine, repair } from '../doctor/examine.ts'
import { type Progress, progressOf } from '../doctor/progress.ts'
import { type Report, reportText } from '../doctor/report.ts'
import { readTolerantSettings } from '../doctor/tolerant-settings.ts'
import { detectHardware } from '../hardware/detect.ts'
import type { Hardware } from '../hardware/hardware.ts'

export const command = defineCommand({
  about:
    'Examines this machine: what it is, and whether a node would run well on it. Repairs only ' +
    'what can be repaired without a loss, and only with --fix.',
  options: [
    {
      form: '--fix',
      about: 'make the missing folder, close what is open to others; then look again',
    },
    {
      form: '--only <check...>',
      about: `only these: ${checks.map(({ name }) => name).join(', ')}`,
    },
  ],
  examples: [
    { line: 'vcp doctor', about: 'is this machine fit?' },
    { line: 'vcp doctor --fix', about: 'repair what is safe to repair, then look again' },
    { line: 'vcp doctor --only disk memory --json', about: 'two checks, for a program to read' },
  ],
  input: z.strictObject({
    fix: z.boolean().default(false),
    only: z.array(z.string()).optional(),
  }),
  async run({ fix, only }, context): Promise<Report> {
    const chosen = only === undefined ? checks : chosenChecks(only)
    const progress = progressOf(context.host, context.json)
    try {
      return await report(chosen, fix, context, progress)
    } finally {
      progress.end()
    }
  },
  text: reportText,
  exitCode: ({ summary }) => (summary.error > 0 ? exitCodes.doctorFoundErrors : exitCodes.ok),
})

async function report(
  chosen: readonly Check[],
  fix: boolean,
  context: Context,
  progress: Progress,
): Promise<Report> {
  const { host, dataDir } = context
  progress.begin(['hardware', ...chosen.map(({ name }) => name)])
  const hardware = await detectHardware({ dataDir, env: host.env, signal: host.signal })
  progress.done('hardware')
  const before = await examine(chosen, examinationOf(context, hardware), progress.done)
  if (!fix) return { checks: before, hardware, fixed: [], summary: count(before) }

  const fixed = await repair(chosen, before, examinationOf(context, hardware), (check, message) => {
    host.err(`${check}: could not be repaired: ${message}\n`)
  })
  const after = await examine(chosen, examinationOf(context, hardware))
  return { checks: after, hardware, fixed, summary: count(after) }
}

function chosenChecks(names: readonly string[]): readonly Check[] {
  const known = checks.map(({ name }) => name)
  for (const name of names) {
    if (known.includes(name)) continue
    const like = nearest(name, known)
    const message = `there is no check "${name}"; the checks are ${known.join(', ')}`
    throw new VcpError(
      'USAGE',
      like === null ? { message } : { message, hint: `Did you mean ${like}?` },
    )
  }
  return checks.filter(({ name }) => names.includes(name))
}

function examinationOf({ host, dataDir, overrides }: Context, hardware: Hardware): Examination {
  const { settings, faults } = readTolerantSettings({ dataDir, env: host.env, overrides })
  return {
    dataDir,
    settings,
    configurationFaults: faults,
    hardware,
    platform: process.platform,
    uid: process.getuid?.() ?? null,
    nodeVersion: process.versions.node,
    nodePath: process.execPath,
    signal: host.signal,
    nowMs: host.nowMs,
    askCoordinator: onceAsked(settings, host),
  }
}

function onceAsked(settings: Settings, host: Context['host']): () => Promise<CoordinatorAnswer> {
  let answer: Promise<CoordinatorAnswer> | null = null
  const question = {
    url: settings['coordinator.url'],
    timeoutMs: 3_000,
    signal: host.signal,
    nowMs: host.nowMs,
  }
  return () => {
    answer ??= askCoordinator(question)
    return answer
  }
}

function count(findings: readonly Finding[]): Report['summary'] {
  const summary: Record<Status, number> = { ok: 0, warning: 0, error: 0, unknown: 0 }
  for (const { status } of findings) summary[status] += 1
  return summary
}
