import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { agentClient } from '../../agent/api/client.ts'
import { pauseSeconds } from '../../agent/api/pause-seconds.ts'
import { heldText } from '../../agent/api/status-text.ts'
import { defineCommand } from '../../command.ts'

export const command = defineCommand({
  about:
    'The node takes nothing for so long, and goes on with what it holds. It takes work again by ' +
    'itself when the time is over, also if it is started anew in between.',
  arguments: [{ form: '<for>', about: 'how long: 90s, 30m, 2h, 1d; or forever' }],
  examples: [
    { line: 'vcp node pause 2h', about: 'while you need the machine' },
    { line: 'vcp node pause forever', about: 'until `vcp node resume`' },
  ],
  input: z.strictObject({ for: z.string() }),
  run: ({ for: text }, { dataDir, host }) =>
    agentClient(dataDir, host.env).control({ control: 'pause', seconds: secondsOf(text) }),
  text(status) {
    const until = status.paused_until_ms
    const end =
      until === null ? 'until `vcp node resume`' : `until ${new Date(until).toISOString()}`
    return `paused ${end}: ${heldText(status)}`
  },
})

/** Null: for ever. */
function secondsOf(text: string): number | null {
  const seconds = pauseSeconds(text)
  if (seconds.ok) return seconds.value
  throw new VcpError('USAGE', { message: seconds.reason })
}
