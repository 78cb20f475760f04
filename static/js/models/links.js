// Which links are followed inside the page, and which addresses are rooms. Plain functions on addresses.

const ROOM = /^\/rooms\/([0-9a-f]{8}-[0-9a-f-]{27})(?:\/@(\d+))?$/
// Answered by something else than a page with a sidebar.
const OUTSIDE = /^\/(admin|api|static|media|join|setup|sign-in|sign-out|ws)(\/|$)/

// The room at an address: `{id, seq}`, where `seq` is that of a permalink or null. Null for any other page.
export function roomAt(address) {
  const { pathname, search } = new URL(address)
  const [, id, seq] = (!search && ROOM.exec(pathname)) || []
  return id ? { id, seq: seq ? Number(seq) : null } : null
}

// Whether an address may be one of the app's own pages, seen from the one that is open.
export function isInside(address, open) {
  const { origin, pathname } = new URL(address)
  return origin === new URL(open).origin && !OUTSIDE.test(pathname)
}

// The same page, only another place in it: the browser goes there by itself.
export function isPlaceIn(address, open) {
  const [one, other] = [new URL(address), new URL(open)]
  return one.hash !== "" && one.pathname === other.pathname && one.search === other.search
}

// Whether a click asks for the link here: not for a new tab, a download, another window.
export function isPlain(event, link) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false
  return !link.hasAttribute("download") && (!link.target || link.target === "_self")
}
