// Sentences in the reader's language, translated by the server (chat/templatetags/words.py).

let sentences = null

function all() {
  sentences ??= JSON.parse(document.getElementById("words")?.textContent ?? "{}")
  return sentences
}

export function word(key, values = {}) {
  const found = all()[key] ?? key
  const sentence = typeof found === "string" ? found : (found[plural(values.count)] ?? found.other)
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
}

function plural(count) {
  return new Intl.PluralRules(document.documentElement.lang).select(count)
}
