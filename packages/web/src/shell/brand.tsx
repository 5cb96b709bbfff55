import { hrefOf } from './address.ts'

export function Brand() {
  return (
    <a class="brand" href={hrefOf('overview')} aria-label="vcp, overview">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect class="mark" width="32" height="32" rx="7" />
        <path class="tick" d="M8 16.5l5.2 5.5L24 10.5" />
      </svg>
      <span>vcp</span>
    </a>
  )
}
