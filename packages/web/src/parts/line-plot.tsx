import { measure } from './figures.ts'
import { niceScale, type Scale, tickText } from './scale.ts'
import { usePlotWidth } from './use-plot-width.ts'

export interface Point {
  readonly x: number
  /** Null: not known, and the line has a gap there. */
  readonly y: number | null
}

export interface Series {
  readonly name: string
  readonly points: readonly Point[]
}

interface LinePlotProps {
  readonly title: string
  readonly unit?: string
  readonly series: readonly Series[]
  xText(x: number): string
  readonly height?: number
  /** The axis begins here even where no value does; null: around the values. */
  readonly from?: number | null
  /** And reaches at least here. */
  readonly to?: number | null
  /** A line across, such as a budget. */
  readonly bound?: { readonly y: number; readonly name: string } | null
  /** Two points further apart than this have nothing known between them. */
  readonly gap?: number
}

const margin = { left: 40, right: 8, top: 6, bottom: 20 }
const classes = ['', ' second', ' third']

export function LinePlot(props: LinePlotProps) {
  const { title, unit = '', series, xText, height = 130, bound = null } = props
  const [width, frame] = usePlotWidth()
  const known = series.flatMap(({ points }) => points.filter(({ y }) => y !== null))
  if (known.length === 0) return <NothingKnown title={title} frame={frame} />
  const yScale = scaleOf(props, known)
  const xs = known.map(({ x }) => x)
  const [xMin, xMax] = [Math.min(...xs), Math.max(...xs)]
  const place: Place = {
    x: (x) =>
      margin.left + ((x - xMin) / (xMax - xMin || 1)) * (width - margin.left - margin.right),
    y: (y) =>
      height -
      margin.bottom -
      ((y - yScale.min) / (yScale.max - yScale.min)) * (height - margin.top - margin.bottom),
  }
  return (
    <figure class="plot" ref={frame}>
      <figcaption>
        <strong>{title}</strong>
        <span class="keys">
          {series.map(({ name, points }, i) => (
            <span key={name}>
              {series.length > 1 ? (
                <span class={`key${classes[i] ?? ''}`} aria-hidden="true" />
              ) : null}
              {series.length > 1 ? `${name} ` : ''}
              {newestText(points, props)}
            </span>
          ))}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={spoken(props)}>
        <Axes scale={yScale} place={place} width={width} unit={unit} />
        {bound === null ? null : (
          <line
            class="bound"
            x1={margin.left}
            x2={width - margin.right}
            y1={place.y(bound.y)}
            y2={place.y(bound.y)}
          />
        )}
        <text x={margin.left} y={height - 5}>
          {xText(xMin)}
        </text>
        {xMax === xMin ? null : (
          <text x={width - margin.right} y={height - 5} text-anchor="end">
            {xText(xMax)}
          </text>
        )}
        {series.map(({ name, points }, i) => (
          <Line key={name} points={points} place={place} kind={classes[i] ?? ''} gap={props.gap} />
        ))}
      </svg>
    </figure>
  )
}

/** The newest value; where that is not known, the last one that is, and of when. */
function newestText(points: readonly Point[], { unit = '', xText }: LinePlotProps): string {
  const newest = points.at(-1)
  const known = points.findLast(({ y }) => y !== null)
  if (known === undefined || known === newest) return measure(newest?.y, unit)
  return `${measure(known.y, unit)} (${xText(known.x)})`
}

interface Place {
  x(x: number): number
  y(y: number): number
}

function scaleOf({ from = 0, to = null, bound = null }: LinePlotProps, known: readonly Point[]) {
  const values = known.map(({ y }) => y ?? 0)
  const lowest = Math.min(...values, ...(from === null ? [] : [from]))
  const highest = Math.max(
    ...values,
    ...(to === null ? [] : [to]),
    ...(bound === null ? [] : [bound.y]),
  )
  return niceScale(lowest, highest)
}

function Axes({
  scale,
  place,
  width,
  unit,
}: {
  readonly scale: Scale
  readonly place: Place
  readonly width: number
  readonly unit: string
}) {
  return (
    <g>
      {scale.ticks.map((tick, i) => (
        <g key={tick}>
          <line
            class={i === 0 ? 'axis' : 'grid'}
            x1={margin.left}
            x2={width - margin.right}
            y1={place.y(tick)}
            y2={place.y(tick)}
          />
          <text x={margin.left - 6} y={place.y(tick) + 4} text-anchor="end">
            {tickText(tick)}
            {i === scale.ticks.length - 1 && unit.length <= 2 ? unit.trim() : ''}
          </text>
        </g>
      ))}
    </g>
  )
}

function Line({
  points,
  place,
  kind,
  gap = Number.POSITIVE_INFINITY,
}: {
  readonly points: readonly Point[]
  readonly place: Place
  readonly kind: string
  readonly gap?: number | undefined
}) {
  let path = ''
  let before: Point | null = null
  for (const point of points) {
    if (point.y !== null) {
      const goesOn = before !== null && before.y !== null && point.x - before.x <= gap
      path += `${goesOn ? 'L' : 'M'}${place.x(point.x).toFixed(1)} ${place.y(point.y).toFixed(1)}`
    }
    before = point
  }
  const known = points.filter(({ y }) => y !== null)
  const dotted = known.length <= 24 ? known : known.slice(-1)
  return (
    <g>
      <path class={`series${kind}`} d={path} />
      {dotted.map(({ x, y }) => (
        <circle key={x} class={`dot${kind}`} cx={place.x(x)} cy={place.y(y ?? 0)} r="2.2" />
      ))}
    </g>
  )
}

function NothingKnown({
  title,
  frame,
}: {
  readonly title: string
  readonly frame: ReturnType<typeof usePlotWidth>[1]
}) {
  return (
    <figure class="plot" ref={frame}>
      <figcaption>
        <strong>{title}</strong>
        <span>unknown</span>
      </figcaption>
      <p class="nothing quiet">Nothing has been measured.</p>
    </figure>
  )
}

function spoken({ title, unit = '', series }: LinePlotProps): string {
  const each = series.map(({ name, points }) => {
    const known = points.filter(({ y }) => y !== null)
    const [first, last] = [known[0]?.y, known.at(-1)?.y]
    return `${name}: ${known.length} values, from ${measure(first, unit)} to ${measure(last, unit)}`
  })
  return `${title}. ${each.join('; ')}`
}
