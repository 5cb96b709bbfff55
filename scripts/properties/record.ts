// Runs before each test file of `npm run test:properties`: fast-check itself says how often it
// tried each property, so the figure does not depend on what a test says about itself.
import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { PropertyRecord } from './report.ts'

const file = process.env['VCP_PROPERTY_RECORD']
const propertyRuns = Number(process.env['VCP_PROPERTY_RUNS'])
if (file === undefined) throw new Error('run this by `npm run test:properties`')

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  numRuns: propertyRuns,
  reporter(details) {
    const { currentTestName = '', testPath = '' } = expect.getState()
    const record: PropertyRecord = {
      file: relative(process.cwd(), testPath),
      title: currentTestName,
      cases: details.numRuns,
      failed: details.failed,
    }
    appendFileSync(file, `${JSON.stringify(record)}\n`)
    // A reporter takes the place of the throw that fails a test.
    if (details.failed) {
      throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance })
    }
  },
})
