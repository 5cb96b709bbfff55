import { compact } from './figures.ts'
import { niceScale, tickText } from './scale.ts'
import { usePlotWidth } from './use-plot-width.ts'

interface HistogramProps {
  readonly title: string
  /** Of equal widths, the lowest first. */
  readonly counts: readonly number[]
  /** What the edges of the columns are called: one more than there are columns. */
  readonly edges: readonly string[]
  /** Counted apart; shown beside the columns, never among them. */
  readonly unknown: number
}

const height = 150
const margin = { left: 36, right: 8, top: 8, bottom: 20 }
const unknownWidth = 78

export function Histogram({ title, counts, edges, unknown }: HistogramProps) {
  const [width, frame] = usePlotWidth()
  const { max, ticks } = niceScale(0, Math.max(1, unknown, ...counts), 3)
  const whole = ticks.filter(Number.isInteger)
  const right = width - margin.right - unknownWidth
  const step = (right - margin.left) / counts.length
  const y = (count: number) =>
    height - margin.bottom - (count / max) * (height - margin.top - margin.bottom)
  const base = y(0)
  const said = counts.map((count, i) => `${edges[i]} to ${edges[i + 1]}: ${count}`).join(', ')
  return (
    <figure class="plot" ref={frame}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${title}. ${said}, unknown: ${unknown}`}
      >
        {whole.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={margin.left} x2={right} y1={y(tick)} y2={y(tick)} />
            <text x={margin.left - 6} y={y(tick) + 4} text-anchor="end">
              {tickText(tick)}
            </text>
          </g>
        ))}
        {counts.map((count, i) => (
          <rect
            key={i}
            class="column"
            x={margin.left + i * step + 1.5}
            width={Math.max(1, step - 3)}
            y={y(count)}
            height={base - y(count)}
          >
            <title>{`${edges[i]} to ${edges[i + 1]}: ${compact(count)}`}</title>
          </rect>
        ))}
        <line class="axis" x1={margin.left} x2={right} y1={base} y2={base} />
        {edges.map((edge, i) =>
          i % 2 === 0 ? (
            <text key={edge} x={margin.left + i * step} y={height - 5} text-anchor="middle">
              {edge}
            </text>
          ) : null,
        )}
        <rect
          class="column unknown"
          x={right + 34}
          width={unknownWidth - 42}
          y={y(unknown)}
          height={base - y(unknown)}
        />
        <line class="axis" x1={right + 28} x2={width - margin.right} y1={base} y2={base} />
        <text x={width - margin.right} y={height - 5} text-anchor="end">
          unknown
        </text>
      </svg>
    </figure>
  )
}
