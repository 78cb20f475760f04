// Who of one's direct conversations is connected: asked calmly, as one question for all of them.

const EVERY_MS = 45_000
const SOON_MS = 500

// `load` answers the ids of those who are. Shown wherever the page has a place for it: [data-presence-of].
export function watchDirects({ socket, load }) {
  let timer = null
  const ask = async () => {
    clearTimeout(timer)
    timer = setTimeout(ask, EVERY_MS)
    if (document.hidden || !socket.isOpen || !places().length) return
    // What cannot be learned now is asked again at its time.
    const online = await load().catch(() => null)
    if (online) show(new Set(online))
  }
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(ask, SOON_MS)
  }
  socket.addEventListener("welcome", ask)
  socket.addEventListener("frame", ({ detail }) => detail.type === "room_added" && soon())
  document.addEventListener("visibilitychange", () => document.hidden || ask())
}

const places = () => [...document.querySelectorAll("[data-presence-of]:not([data-presence-of=''])")]

function show(online) {
  for (const place of places()) {
    const isOnline = online.has(place.dataset.presenceOf)
    place.hidden = false
    place.querySelector(".dot").dataset.online = isOnline
    place.querySelector(".presence-text").textContent = isOnline ? place.dataset.here : place.dataset.away
  }
}
