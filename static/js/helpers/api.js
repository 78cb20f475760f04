// Reading over REST. An answer that is not good raises `ApiError` with the protocol's code.

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.message ?? `HTTP ${status}`)
    this.status = status
    this.code = body?.code ?? ""
  }
}

async function request(path) {
  const response = await fetch(`/api/${path}`, { headers: { Accept: "application/json" }, credentials: "same-origin" })
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null))
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

export const rooms = async () => (await (await request("rooms")).json()).results
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
