// How the connection stands, and what that is called. Plain state: the socket tells, the banner shows.

export const CONNECTING_MS = 1000
export const WAITING_MS = 5000

const STAY_AWAY = { 4501: "signed_out", 4502: "disabled", 4504: "stopped", 4505: "stopped", 4506: "stopped", 4507: "too_many" }

// What a close code means for coming back: null to come back, else why not (protocol: close codes).
export function reasonToStay(code) {
  return code >= 4500 ? (STAY_AWAY[code] ?? "stopped") : null
}

// How long to wait before attempt number `attempt` (from 0): full jitter below 0.5 s doubling up to 30 s.
export function backoff(attempt, random = Math.random) {
  return random() * Math.min(30_000, 500 * 2 ** attempt)
}

// Which banner to show at `now`. `lostAt` is when the connection was lost or first asked for, null while it stands.
// `outdated`: the server is newer than this page, and nobody is composing.
export function banner({ stopped, renewed, outdated, onLine, lostAt, nextTryAt, catchingUp }, now) {
  if (stopped) return { key: stopped }
  if (renewed) return { key: "renewed" }
  if (lostAt === null && catchingUp) return { key: "catching_up", count: catchingUp }
  if (lostAt === null) return outdated ? { key: "update" } : null
  if (!onLine) return { key: "offline" }
  if (now - lostAt >= WAITING_MS && nextTryAt > now) {
    return { key: "reconnecting", seconds: Math.ceil((nextTryAt - now) / 1000) }
  }
  return now - lostAt >= CONNECTING_MS ? { key: "connecting" } : null
}
