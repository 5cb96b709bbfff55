import './jitless.ts'
import './style/tokens.css'
import './style/base.css'
import './style/shell.css'
import './style/parts.css'
import './style/controls.css'
import './style/tables.css'
import './style/plots.css'

// Later than the line above, however the files are cut up.
void import('./start.tsx').then(({ start }) => start())
