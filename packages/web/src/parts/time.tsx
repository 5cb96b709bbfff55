import { useEffect, useState } from 'preact/hooks'
import { ago, dateTime } from './figures.ts'

/** The time, now and then: what says how long ago something was grows older while it is shown. */
export function useClock(everyMs: number): number {
  const [nowMs, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}

/** Day and time: two lines where there is no room for one, and never more. */
export function Moment({ at }: { readonly at: string | number }) {
  const [day, time] = dateTime(at).split(' ')
  return (
    <time dateTime={new Date(at).toISOString()}>
      <span class="nowrap">{day}</span> <span class="nowrap">{time}</span>
    </time>
  )
}

export function Ago({ at }: { readonly at: string | number }) {
  const nowMs = useClock(5_000)
  const moment = typeof at === 'number' ? new Date(at).toISOString() : at
  return (
    <time dateTime={moment} title={dateTime(at)}>
      {ago(at, Math.max(nowMs, Date.now()))}
    </time>
  )
}
