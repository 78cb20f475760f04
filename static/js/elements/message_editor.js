// Editing a message where it stands.

import { clone } from "../helpers/templates.js";
import { word } from "../helpers/words.js";

const TOUCH = matchMedia("(pointer: coarse)")

// Put an editor in the place of the text. `save(text)` answers a promise; a refusal is shown and the text kept.
export function edit(article, content, save) {
  if (article.querySelector(".editor")) return
  const form = clone("editor-template")
  const box = form.querySelector("textarea")
  const body = article.querySelector(".body")
  const end = () => {
    form.remove()
    body.hidden = false
    // On touch the composer would bring the keyboard back up.
    const next = TOUCH.matches ? article : document.getElementById("composer")
    next?.focus({ preventScroll: true })
  }
  box.value = content
  body.hidden = true
  body.after(form)
  form.querySelector("[data-do=cancel]").addEventListener("click", end)
  form.addEventListener("keydown", (event) => key(event, form, end))
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    if (box.value === content || !box.value.trim()) end()
    else submit(form, save(box.value), end)
  })
  box.focus()
  box.setSelectionRange(box.value.length, box.value.length)
}

async function submit(form, saved, end) {
  try {
    await saved
    end()
  } catch (error) {
    form.querySelector(".editor-note").textContent = error.message || word("failed")
  }
}

function key(event, form, end) {
  if (event.isComposing) return
  if (event.key === "Escape") {
    event.preventDefault()
    event.stopPropagation()
    end()
  } else if (event.key === "Enter" && !event.shiftKey && !TOUCH.matches) {
    event.preventDefault()
    form.requestSubmit()
  }
}
