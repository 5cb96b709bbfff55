// The local API of an agent that is not there: it says what the test has it say.
import { type Outcome, pass } from '@vcp/protocol'
import { onTestFinished } from 'vitest'
import { openApi } from '../server.ts'
import { socketPlace, surroundings } from '../socket-path.ts'
import type { AgentEvent, AgentStatus, Control } from '../status.ts'
import { sampleDetails } from './sample-details.ts'
import { sampleStatus } from './sample-status.ts'

export interface PlayedAgent {
  status: AgentStatus
  details: typeof sampleDetails
  readonly controls: Control[]
  answer: Outcome<null>
  readonly path: string
  /** How many read its events. */
  readonly readers: number
  say(event: AgentEvent): void
  end(): Promise<void>
}

export async function playAgent(dataDir: string): Promise<PlayedAgent> {
  const listeners = new Set<(event: AgentEvent) => void>()
  const controls: Control[] = []
  const place = socketPlace(dataDir, surroundings({}))
  const api = await openApi(place, {
    status: () => played.status,
    details: {
      '/history': () => played.details.history,
      '/mesh': () => played.details.mesh,
      '/results': () => played.details.results,
      '/training': () => played.details.training,
    },
    onEvent(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async control(control) {
      controls.push(control)
      return played.answer
    },
  })
  onTestFinished(() => api.close())
  const played: PlayedAgent = {
    status: sampleStatus,
    details: sampleDetails,
    controls,
    answer: pass(null),
    path: api.path,
    get readers() {
      return listeners.size
    },
    say(event) {
      for (const listener of listeners) listener(event)
    },
    end: () => api.close(),
  }
  return played
}
