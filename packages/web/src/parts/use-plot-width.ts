import { useEffect, useState } from 'preact/hooks'

/** As wide as there is room, so that text in a plot is never stretched. */
export function usePlotWidth(): [number, (frame: HTMLElement | null) => void] {
  const [frame, setFrame] = useState<HTMLElement | null>(null)
  const [width, setWidth] = useState(320)
  useEffect(() => {
    if (frame === null) return
    const look = () => setWidth(Math.max(160, Math.round(frame.clientWidth)))
    look()
    const observer = new ResizeObserver(look)
    observer.observe(frame)
    return () => observer.disconnect()
  }, [frame])
  return [width, setFrame]
}
