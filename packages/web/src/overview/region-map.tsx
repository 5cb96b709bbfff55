import { compact } from '../parts/figures.ts'
import { landRows } from './land.ts'
import { type MapPoint, placeOfRegion } from './region-places.ts'

interface Region {
  readonly region: string
  readonly nodes: number
  readonly online: number
}

const cell = 5
const rowsOfLand = landRows.length
const columnsOfLand = 72
const width = columnsOfLand * cell
const height = rowsOfLand * cell
const listed = 8

/** Nodes on a coarse map where their region's name says where it is, and in a list in any case. */
export function RegionMap({
  regions,
  elsewhere,
}: {
  readonly regions: readonly Region[]
  readonly elsewhere: number
}) {
  const placed = regions.flatMap((each) => {
    const point = placeOfRegion(each.region)
    return point === null ? [] : [{ ...each, point }]
  })
  const most = Math.max(1, ...placed.map(({ nodes }) => nodes))
  const others = regions.slice(listed).reduce((sum, { nodes }) => sum + nodes, 0) + elsewhere
  const unplaced = regions.length - placed.length
  return (
    <div class="stack">
      <figure class="plot map">
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label="a coarse map of the regions">
          <path class="land" d={landPath} />
          {placed.map(({ region, nodes, point }) => (
            <circle
              key={region}
              class="place"
              cx={xOf(point)}
              cy={yOf(point)}
              r={4 + 12 * Math.sqrt(nodes / most)}
            >
              <title>{`${region}: ${compact(nodes)} nodes`}</title>
            </circle>
          ))}
        </svg>
        {unplaced === 0 ? null : (
          <figcaption>
            {unplaced === regions.length
              ? 'No region here has a name that this map knows.'
              : `${unplaced} of ${regions.length} regions have no place on the map.`}
          </figcaption>
        )}
      </figure>
      <ul class="shares">
        {regions.slice(0, listed).map(({ region, nodes, online }) => (
          <li key={region}>
            <span class="wrap">{region}</span>
            <span class="track" aria-hidden="true">
              <span class="good" style={{ width: `${(100 * online) / nodes}%` }} />
            </span>
            <span class="right">
              {compact(online)} / {compact(nodes)}
            </span>
          </li>
        ))}
      </ul>
      {others === 0 ? null : <p class="quiet">{compact(others)} nodes in other regions</p>}
    </div>
  )
}

function xOf({ longitude }: MapPoint): number {
  return ((longitude + 180) / 360) * width
}

/** The rows go from 80 degrees north to 60 south. */
function yOf({ latitude }: MapPoint): number {
  return ((80 - latitude) / 140) * height
}

const landPath = landRows
  .flatMap((row, y) =>
    [...row].flatMap((sign, x) =>
      sign === '#' ? [`M${x * cell + 0.8} ${y * cell + 0.8}h3.4v3.4h-3.4z`] : [],
    ),
  )
  .join('')
