import * as z from 'zod'
import { type Context, defineCommand } from '../command.ts'
import { paletteOf, type Theme, themes } from '../dashboard/palette.ts'
import type { ScreenStreams } from '../dashboard/show.ts'

const Input = z.strictObject({
  readonly: z.boolean().default(false),
  theme: z.enum(themes).optional(),
})

export const command = defineCommand({
  about:
    'Shows the node of the data folder as it works: tasks, hardware, mesh, training, evidence ' +
    'and logs; with --coordinator on the command line, a coordinator instead: its fleet, queue, ' +
    'rounds, credits and throughput. Looking disturbs nothing, and leaving ends nothing. Keys ' +
    'are those of k9s; ? lists them. Without a terminal, and with --json, it prints a line of ' +
    'JSON a second.',
  options: [
    { form: '--readonly', about: 'look only: nothing can be paused or stopped' },
    {
      form: '--theme <theme>',
      about: `${themes.join(', ')}: the ground its colours are for (dashboard.theme)`,
    },
  ],
  examples: [
    { line: 'vcp dashboard', about: 'watch the node of this machine' },
    {
      line: 'vcp dashboard --coordinator https://vcp.example --readonly',
      about: 'watch a network, as whoever is signed in there',
    },
    { line: 'vcp dashboard | jq .status.machine', about: 'for a program' },
  ],
  input: Input,
  endsItself: true,
  async run({ readonly: isReadonly, theme }, context) {
    const isScreen = context.host.terminal.isInteractive && process.stdin.isTTY && !context.json
    const streams = isScreen ? streamsOf(context, theme) : null
    if (context.overrides['coordinator.url'] !== undefined) {
      const { runCoordinatorDashboard } = await import('../dashboard/coordinator/run.ts')
      return runCoordinatorDashboard(isReadonly, streams, context)
    }
    const { runNodeDashboard } = await import('../dashboard/node/run.ts')
    return runNodeDashboard(isReadonly, streams, context)
  },
  text: () => '',
  exitCode: ({ isInterrupted }) => (isInterrupted ? 130 : 0),
})

function streamsOf({ host, settings }: Context, theme: Theme | undefined): ScreenStreams {
  const { stdin, stdout } = process
  const { hasColour } = host.terminal
  const colourDepth = stdout.getColorDepth({ ...host.env })
  const ground = { env: host.env, hasColour, colourDepth }
  return { stdin, stdout, palette: paletteOf(theme ?? settings()['dashboard.theme'], ground) }
}
