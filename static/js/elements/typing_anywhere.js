// Keys that are meant for the box one writes in, wherever the focus is: Escape goes there, and so does what is typed.

const WRITES = "input, textarea, select, [contenteditable], [role=textbox]"
const isBusy = () => document.querySelector("dialog[open], :popover-open")

export function watchTyping(stage) {
  addEventListener("keydown", (event) => {
    const { screen } = stage
    if (event.defaultPrevented || !screen.composer || isBusy()) return
    if (event.key === "Escape" && !event.shiftKey) goToBox(screen)
    else if (isText(event) && !event.target.closest?.(`${WRITES}, a, button, .message`)) screen.composer.focus()
  })
}

function goToBox(screen) {
  screen.timeline?.toEnd()
  screen.composer.focus()
}

// "/" and "?" have a meaning of their own (helpers/keys.js).
function isText({ key, ctrlKey, metaKey, altKey, isComposing }) {
  return key.length === 1 && !"/? ".includes(key) && !ctrlKey && !metaKey && !altKey && !isComposing
}
