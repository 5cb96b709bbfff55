// The one component: Ink needs one to draw and to hear keys. All else is lines.
import { Text, useInput } from 'ink'
import { createElement, type ReactNode, useEffect, useState } from 'react'
import type { Session } from './session.ts'
import { keysOf } from './show.ts'

export interface TerminalProps {
  readonly session: Session<unknown>
  text(): string
  /** News are drawn no sooner after one another. */
  readonly drawMsMin: number
}

export function Terminal({ session, text, drawMsMin }: TerminalProps): ReactNode {
  const [shown, setShown] = useState(text)
  useInput((input, key) => {
    for (const each of keysOf(input, key)) session.press(each)
  })
  useEffect(() => {
    let timer: NodeJS.Timeout | undefined
    let drawnAtMs = Number.NEGATIVE_INFINITY
    const draw = () => {
      clearTimeout(timer)
      timer = undefined
      drawnAtMs = performance.now()
      setShown(text())
    }
    const end = session.onChange((how) => {
      const waitMs = drawnAtMs + drawMsMin - performance.now()
      if (how === 'key' || waitMs <= 0) draw()
      else timer ??= setTimeout(draw, waitMs)
    })
    draw()
    return () => {
      end()
      clearTimeout(timer)
    }
  }, [session, text, drawMsMin])
  return createElement(Text, { wrap: 'truncate' }, shown)
}
