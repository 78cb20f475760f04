// Runs in every page of the bench before the page's own scripts: says when what is waited for has been painted.
//
// It begins with an event's own time stamp. Frames are counted by a callback that asks for the next one; what is waited
// for counts as painted when the frame after the one that drew it begins. `console.debug` takes it to the bench.

(() => {
  if (window !== window.top || location.protocol === "about:") return
  const WANTED = "bench-wanted"
  const INTERACTIONS = "bench-interactions"
  const FAST_MS = 16

  let offset = null
  let wanted = null
  let frame = 0
  let drawing = false
  let drawnIn = 0
  const afterFrame = new MessageChannel()
  afterFrame.port1.onmessage = () => { drawing = false }

  // What to add to this document's own clock to have the machine's: documents of two processes are compared by that.
  function clock() {
    if (offset !== null) return offset
    const now = Date.now()
    let next = now
    while (next === now) next = Date.now()
    offset = next - performance.now()
    return offset
  }

  const newest = {
    room({ room, seq }) {
      for (const timeline of document.querySelectorAll("#main message-timeline")) {
        const shown = timeline.dataset.roomId ?? location.pathname.split("/")[2]
        if (shown === room && timeline.querySelector(`.message[data-seq="${seq}"]`)?.checkVisibility()) return true
      }
      return false
    },
    text({ text }) {
      const last = [...document.querySelectorAll("#main message-timeline .message")].slice(-3)
      return last.some((message) => message.textContent.includes(text) && message.checkVisibility())
    },
  }
  const observer = new MutationObserver(look)

  function look() {
    if (wanted && !drawnIn && newest[wanted.kind](wanted)) drawnIn = drawing ? frame : frame + 1
  }

  function tick() {
    if (!wanted) return
    const now = performance.now()
    frame += 1
    if (drawnIn && frame > drawnIn) return say(now)
    drawing = true
    afterFrame.port2.postMessage(null)
    look()
    requestAnimationFrame(tick)
  }

  function say(now) {
    const began = wanted.began ?? null
    sessionStorage.removeItem(WANTED)
    wanted = null
    observer.disconnect()
    console.debug(`bench ${JSON.stringify({ began, painted: now + clock() })}`)
  }

  function watch() {
    drawnIn = 0
    const attributeFilter = ["hidden", "class", "data-room-id", "data-seq"]
    observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter })
    requestAnimationFrame(tick)
  }

  // The first event of the kind that is waited for is where it begins, whichever document it ends in.
  function begin(event) {
    if (wanted?.on !== event.type || wanted.began || (event.type === "keydown" && event.key !== "Enter")) return
    wanted.began = event.timeStamp + clock()
    sessionStorage.setItem(WANTED, JSON.stringify(wanted))
  }
  for (const type of ["click", "keydown", "online"]) addEventListener(type, begin, true)

  // ---- Interactions: the longest of each that took more than a frame, over all documents of the tab.

  const kept = JSON.parse(sessionStorage.getItem(INTERACTIONS)) ?? { count: 0, longest: [] }
  const longest = new Map()
  let before = 0

  function note(entries) {
    for (const { interactionId, duration } of entries) {
      if (interactionId) longest.set(interactionId, Math.max(duration, longest.get(interactionId) ?? 0))
    }
  }
  const interactions = () => ({
    count: kept.count + performance.interactionCount - before,
    longest: [...kept.longest, ...longest.values()],
  })
  const events = new PerformanceObserver((list) => note(list.getEntries()))
  events.observe({ type: "event", durationThreshold: FAST_MS, buffered: true })
  addEventListener("pagehide", () => {
    note(events.takeRecords())
    sessionStorage.setItem(INTERACTIONS, JSON.stringify(interactions()))
  })

  // ---- The load of this document.

  const load = { lcp: 0, cls: 0 }
  new PerformanceObserver((list) => { load.lcp = list.getEntries().at(-1).startTime })
    .observe({ type: "largest-contentful-paint", buffered: true })
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) load.cls += value
  }).observe({ type: "layout-shift", buffered: true })

  window.bench = {
    load,
    interactions,
    expect(what) {
      clock()
      sessionStorage.setItem(WANTED, JSON.stringify(what))
      wanted = what
      watch()
    },
    forget() {
      Object.assign(kept, { count: 0, longest: [] })
      longest.clear()
      before = performance.interactionCount
    },
  }

  wanted = JSON.parse(sessionStorage.getItem(WANTED))
  if (wanted) watch()
})()
