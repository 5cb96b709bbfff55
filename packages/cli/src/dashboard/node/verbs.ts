// What can be told to a node from its dashboard.
import { pass, refuse } from '@vcp/protocol'
import { pauseSeconds } from '../../agent/api/pause-seconds.ts'
import type { Control } from '../../agent/api/status.ts'
import type { Verb } from '../pane.ts'
import type { NodeFacts } from './facts.ts'

export const nodeVerbs: readonly Verb<NodeFacts, Control>[] = [
  {
    words: ['pause'],
    form: 'pause [for]',
    about: 'take nothing for so long (90s, 30m, 2h, 1d), or until it is resumed; p ends it too',
    key: 'p',
    command({ status }, given) {
      const isPaused = status?.mode === 'paused' || status?.mode === 'draining'
      if (given === '' && (isPaused || status?.mode === 'drained')) {
        return pass({ control: 'resume' })
      }
      if (given === '') return pass({ control: 'pause', seconds: null })
      const seconds = pauseSeconds(given)
      return seconds.ok ? pass({ control: 'pause', seconds: seconds.value }) : seconds
    },
  },
  {
    words: ['resume'],
    form: 'resume',
    about: 'take work again',
    command: () => pass({ control: 'resume' }),
  },
  {
    words: ['drain'],
    form: 'drain',
    about: 'take nothing new, do what is held, and stay',
    command: () => pass({ control: 'drain' }),
  },
  {
    words: ['stop'],
    form: 'stop [now]',
    about: 'end the node when it has done what it holds, or at once',
    command(_, given) {
      if (given !== '' && given !== 'now') return refuse('USAGE', ':stop, or :stop now')
      return pass({ control: 'stop', now: given === 'now' })
    },
  },
]
