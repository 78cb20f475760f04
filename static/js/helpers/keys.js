// Keys that work on every page: "/" searches, "?" lists the keys, Alt+arrows change the room, F6 goes round the regions.

const REGIONS = ["#sidebar", "#main > .bar", "#main .timeline, #main .page", "#main > .foot"]
const FOCUSABLE = "a[href], button:not([disabled]), input, textarea, [tabindex='0']"

addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return
  const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]")
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) act(event, search)
  if (event.key === "?" && !isTyping) act(event, () => open("keys"))
  if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    act(event, () => go(event.key === "ArrowDown" ? 1 : -1, event.shiftKey))
  }
  if (event.key === "F6") act(event, () => region(event.shiftKey ? -1 : 1))
})

// Buttons that open a dialog. A menu closes first, so that the focus can go back to what opened it.
addEventListener("click", ({ target }) => {
  const name = target.closest?.("[data-opens]")?.dataset.opens
  if (name) open(name)
})

function open(name) {
  document.querySelector(":popover-open")?.hidePopover()
  document.getElementById(name)?.showModal()
}

function act(event, action) {
  event.preventDefault()
  action()
}

function search() {
  const field = document.querySelector(".search-form input[type=search], .jump input")
  if (field?.checkVisibility()) field.focus()
  // Where pages are gone to without a reload (navigation/visits.js), this is one of them.
  else if (dispatchEvent(new CustomEvent("visit", { detail: "/search", cancelable: true }))) location.assign("/search")
}

function go(by, unreadOnly) {
  const links = [...document.querySelectorAll(".room-link")]
  const at = links.findIndex((link) => link.querySelector("[aria-current]"))
  const order = links.map((_, step) => links[(at + by * (step + 1) + links.length * (step + 2)) % links.length])
  const next = order.find((link) => !unreadOnly || link.classList.contains("unread"))
  next?.querySelector("a").click()
}

function region(by) {
  const regions = REGIONS.map((selector) => document.querySelector(selector)).filter((one) => one?.checkVisibility())
  const at = regions.findIndex((one) => one.contains(document.activeElement))
  const next = regions[(Math.max(at, by > 0 ? -1 : 0) + by + regions.length) % regions.length]
  const target = next?.matches(FOCUSABLE) ? next : next?.querySelector(".message[tabindex='0']") ?? firstIn(next)
  target?.focus()
}

function firstIn(region) {
  return [...(region?.querySelectorAll(FOCUSABLE) ?? [])].find((one) => one.checkVisibility())
}
