// Reading over REST. An answer that is not good raises `ApiError` with the protocol's code.

// Asks for a page's main part alone, without sidebar, dialogs and scripts.
export const MAIN_ONLY = { "X-Campfire-Part": "main" }

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.message ?? `HTTP ${status}`)
    this.status = status
    this.code = body?.code ?? ""
  }
}

async function request(path, base = "/api/", options = {}) {
  const headers = { Accept: "application/json", ...options.headers }
  const response = await fetch(base + path, { credentials: "same-origin", ...options, headers })
  if (!response.ok && response.status !== 304) throw new ApiError(response.status, await response.json().catch(() => null))
  return response
}

// A page of messages, oldest first: `{messages, version, hasOlder, hasNewer}`. `anchor` is {before|after|around: seq}.
export async function messagesPage(roomId, anchor, limit) {
  const response = await request(`rooms/${roomId}/messages?${new URLSearchParams({ ...anchor, limit })}`)
  const links = response.headers.get("Link") ?? ""
  return {
    messages: (await response.json()).reverse(),
    version: Number(response.headers.get("X-Room-Version")),
    hasOlder: links.includes('rel="next"'),
    hasNewer: links.includes('rel="prev"'),
  }
}

// The last first page of one's rooms, as text, as what is made of it is changed by frames. Its tag is sent along when it
// is asked for again, and where nothing has changed the server says just that.
let latest = { tag: "", text: "" }

async function roomsPage(query) {
  const known = latest
  const headers = !query && known.tag ? { "If-None-Match": known.tag } : {}
  const response = await request(`rooms${query}`, "/api/", { headers })
  const text = response.status === 304 ? known.text : await response.text()
  if (!query) latest = { tag: response.headers.get("ETag") ?? "", text }
  return JSON.parse(text)
}

// All rooms, page by page: an address of the next one is this page's with another query.
export async function rooms(query = "") {
  const { results, next } = await roomsPage(query)
  return next ? [...results, ...(await rooms(new URL(next).search))] : results
}
export const online = async () => (await (await request("directs/presence")).json()).online
export const version = async () => (await (await request("version", "/")).json()).version
export const room = async (id) => (await request(`rooms/${id}`)).json()
export const user = async (id) => (await request(`users/${id}`)).json()

// Whether the session is over. Not reaching the server says nothing.
export async function isSignedOut() {
  try {
    await request("users/me")
    return false
  } catch (error) {
    return error.status === 401
  }
}
export const message = async (id) => (await request(`messages/${id}`)).json()

// How a room stands to oneself: `wanted` is what changes of it. Answers the room as it is then.
export async function updateMembership(roomId, wanted, csrfToken) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken }
  const options = { method: "PATCH", headers, body: JSON.stringify(wanted) }
  return (await request(`rooms/${roomId}/membership`, "/api/", options)).json()
}

// Every read marker to its room's end; what that led to comes by the socket.
export const readAll = (csrfToken) => request("rooms/read", "/api/", { method: "POST", headers: { "X-CSRFToken": csrfToken } })
