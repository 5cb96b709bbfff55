// Drawn by hand on a grid of 16: a few lines each.
const paths = {
  overview: 'M2 13V8.5M6 13V3M10 13V6.5M14 13V4.5',
  nodes: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01',
  tasks:
    'M2.5 4l1.2 1.2L6 3M2.5 8.5l1.2 1.2L6 7.5M2.5 13l1.2 1.2L6 12M8.5 4.5h5M8.5 9h5M8.5 13.5h5',
  training: 'M2 13c3 0 3.5-9 6.5-9S11 8 14 8M2 2v12h12',
  ledger: 'M4 2.5h8.5v11H4a1.5 1.5 0 010-3h8.5M2.5 12V4A1.5 1.5 0 014 2.5M6.5 5.5h3.5',
  settings: 'M2 4.5h7M12.5 4.5H14M2 11.5h2M7.5 11.5H14M9 2.8v3.4h3.4V2.8zM4 9.8v3.4h3.4V9.8z',
  admin: 'M8 2l5 2v3.8c0 3-2 5.2-5 6.2-3-1-5-3.2-5-6.2V4zM6 8l1.5 1.5L10.3 6.5',
  copy: 'M5.5 5.5h7.5v8h-7.5zM10.5 3h-7.5v8',
  check: 'M3 8.5l3.3 3.3L13 4.5',
  add: 'M8 3v10M3 8h10',
  download: 'M8 2.5v7.5M5 7.3l3 3 3-3M3 13.5h10',
  light: 'M8 5.2a2.8 2.8 0 100 5.6 2.8 2.8 0 000-5.6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1',
  leave: 'M6.5 2.5h-4v11h4M6.5 8H14M11 5l3 3-3 3',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
