import { render } from 'preact'
import { App } from './shell/app.tsx'

export function start(): void {
  const place = document.querySelector('#app')
  if (place !== null) render(<App />, place)
}
