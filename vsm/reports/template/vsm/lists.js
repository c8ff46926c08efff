(() => {
  "use strict";
  // A box that leaves what holds the words: parts of a page (sections), and the rows of tables in them.
  const lists = document.querySelector("[data-filter]");
  if (!lists) return;
  const parts = [...lists.querySelectorAll(":scope section")].map((part) => ({
    part, title: part.querySelector("h2, h3").textContent.toLowerCase(),
    rows: [...part.querySelectorAll("tbody tr")].map((row) => [row, row.textContent.toLowerCase()]),
  }));
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "search";
  input.placeholder = "Key, word or stage";
  label.className = "filter";
  label.append("Filter ", input);
  lists.prepend(label);
  const holds = (text, words) => words.every((word) => text.includes(word));
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { part, title, rows } of parts) {
      const whole = holds(title, words);
      let left = 0;
      for (const [row, text] of rows) {
        row.hidden = !whole && !holds(`${title} ${text}`, words);
        left += !row.hidden;
      }
      part.hidden = !whole && !left;
    }
    lists.classList.toggle("filtered", words.length > 0);
  });
})();
