(() => {
  "use strict";
  // A column of numbers is aligned by its digits; the notebook's tables do not say which columns are.
  const NUMBER = /^[−–+-]?[\d\s.,:'’]*\d\s*(%|‰|[a-zµ]{1,3}|min|days?|hours?|weeks?)?( of \d+)?$/i;
  for (const table of document.querySelectorAll("main table:not(.plain)")) {
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    const width = Math.max(0, ...rows.map((row) => row.cells.length));
    for (let place = 0; place < width; place += 1) {
      const cells = rows.map((row) => row.cells[place]).filter((cell) => cell && cell.tagName === "TD");
      const texts = cells.map((cell) => cell.textContent.trim()).filter((text) => text && !/^(–|—|-|nan|nat|none|<na>)$/i.test(text));
      const told = cells.length && cells.every((cell) => cell.classList.contains("right") && !cell.querySelector(".ticket"));
      if (!told && !(texts.length && texts.every((text) => NUMBER.test(text)))) continue;
      cells.forEach((cell) => cell.classList.add("number"));
      for (const row of table.tHead?.rows ?? []) {
        if (row.cells.length === width) row.cells[place].classList.add("number");
      }
    }
  }

  // A table that has no room is set in smaller letters, else it becomes cards: one a row, each value under its
  // heading. On paper too.
  const PHONE = 600, PAPER_WIDTH = 700, LONG = 28, NARROWEST = 11;
  const simple = (table) =>
    table.tHead?.rows.length === 1 && [...table.rows].every((row) => row.cells.length === table.tHead.rows[0].cells.length);
  const tables = [...document.querySelectorAll("main table")].filter(simple);
  for (const table of tables) {
    const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    const unbroken = (text) => text.replace(/(?<=\d)-(?=\d\d)/g, "\u2011");
    headings.forEach((heading, place) => {
      const cells = rows.map((row) => row.cells[place]);
      const longest = Math.max(0, ...cells.map((cell) => cell.textContent.trim().length));
      const whole = place > 0 && (longest > 2 * LONG || cells.some((cell) => cell.querySelector(".ticket")));
      cells.forEach((cell) => cell.style.setProperty("--least", `${Math.min(NARROWEST, longest)}ch`)); // not a word a line
      cells.forEach((cell) => { cell.dataset.label = unbroken(heading); cell.classList.toggle("wide", place > 0 && longest > LONG); cell.classList.toggle("whole", whole); cell.classList.toggle("none", place > 0 && cell.textContent.trim() === "–"); });
    });
  }
  const wide = (element) => element.getBoundingClientRect().width; // whole pixels would hide one and a half
  function fit() {
    tables.forEach((table) => table.classList.remove("cards", "tight"));
    const phone = document.documentElement.clientWidth < PHONE;
    const beyond = (table) => phone || wide(table) > wide(table.parentElement) + 1;
    const tight = tables.filter(beyond);
    tight.forEach((table) => table.classList.add("tight"));
    tight.filter(beyond).forEach((table) => { table.classList.remove("tight"); table.classList.add("cards"); });
  }
  fit();
  let resized;
  addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(fit, 150); });
  addEventListener("beforeprint", () => {
    if (document.body.classList.contains("paper")) return; // it has its width already
    const main = document.querySelector("main");
    main.style.width = `${PAPER_WIDTH}px`;
    fit();
    main.style.width = "";
  });
  addEventListener("afterprint", fit);
  document.addEventListener("toggle", fit, true);

  // What a column holds is text made for people: it is sorted by the size that its text tells.
  const MANY = 8;
  const MINUTES = { min: 1, h: 60, hour: 60, hours: 60, d: 1440, day: 1440, days: 1440, w: 10080, week: 10080, weeks: 10080 };
  const NOTHING = /^(–|—|-|nan|nat|none|<na>|unknown|too few to say|)$/i;
  const LENGTH = /^(under |over )?[<>≈~]?\s*[−–+-]?\d/;
  function size(text) {
    const told = text.replace(/<[^>]*>/g, "").replace(/&lt;/g, "<").trim();
    if (!LENGTH.test(told)) return -Infinity;
    const said = told.replace(/^under /, "<").replace(/^over /, ">");
    const sign = /^[−–-]/.test(said) ? -1 : 1;
    let sum = said.startsWith("<") ? -1e-6 : 0;
    const part = /[<>≈~−–+-]?\s*([\d,]+(?:\.\d+)?)\s*([a-z]*)\s*/giy;
    for (let found = part.exec(said), first = true; found; found = part.exec(said), first = false) {
      const unit = MINUTES[found[2].toLowerCase()];
      if (!first && unit === undefined) break;
      sum += Number(found[1].replaceAll(",", "")) * (unit ?? 1);
      if (unit === undefined) break;
    }
    return sign * sum;
  }

  async function library() {
    const bytes = Uint8Array.from(atob(document.getElementById("datatables").textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const url = URL.createObjectURL(new Blob([await new Response(stream).blob()], { type: "text/javascript" }));
    const { default: DataTable } = await import(url);
    URL.revokeObjectURL(url);
    DataTable.type("size", { detect: () => false, order: { pre: size } });
    return DataTable;
  }

  function sizes(table) {
    const rows = [...table.tBodies[0].rows];
    return [...table.tHead.rows[0].cells].flatMap((_, place) => {
      const texts = rows.map((row) => row.cells[place].textContent.trim()).filter((text) => !NOTHING.test(text));
      return texts.length && texts.every((text) => LENGTH.test(text)) ? [place] : [];
    });
  }

  // Only plain tables: one row of headings, no cell over several columns, and more than one row to sort.
  const plain = (table) =>
    table.tHead?.rows.length === 1 && table.tBodies.length === 1 && table.tBodies[0].rows.length > 1 &&
    [...table.rows].every((row) => row.cells.length === table.tHead.rows[0].cells.length) &&
    !table.querySelector("[colspan]:not([colspan='1']), [rowspan]:not([rowspan='1'])");

  async function sortable() {
    const sorted = tables.filter((table) => !table.classList.contains("plain") && plain(table));
    if (sorted.length) {
      const DataTable = await library();
      for (const table of sorted) {
        const many = table.tBodies[0].rows.length > MANY;
        new DataTable(table, {
          paging: false, info: false, autoWidth: false, order: [], searching: many,
          layout: { topStart: many ? { search: { text: "", placeholder: "Search this table" } } : null, topEnd: null, bottomStart: null, bottomEnd: null },
          columnDefs: [{ targets: sizes(table), type: "size" }],
        });
      }
    }
    fit(); // arrows in headings take room
    document.body.dataset.tables = "ready";
  }
  sortable().catch((error) => console.error(error));
})();
