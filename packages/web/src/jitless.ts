// Imported before anything else: zod would try to compile its checks, and the policy of the page
// lets no text be run as code.
interface ZodSettings {
  __zod_globalConfig?: { jitless?: boolean }
}

const settings: ZodSettings = globalThis as ZodSettings
settings.__zod_globalConfig = { jitless: true }
