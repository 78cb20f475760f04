// A socket's life is its page's: it opens with it, wakes with the network and with the reader, and goes with it.

export const address = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/?batch=1`

export function live(socket) {
  addEventListener("offline", () => socket.doubt())
  addEventListener("online", () => socket.wake())
  addEventListener("pagehide", () => socket.close())
  addEventListener("pageshow", ({ persisted }) => persisted && socket.open())
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && socket.wake())
  socket.open()
}
