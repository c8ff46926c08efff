(() => {
  "use strict";
  const PAPER_WIDTH = 700; // A4 less its margins, at 96 pixels an inch
  const MADE_FOR = 680; // what vsm.figures are made for, less some; with less room they are laid out anew
  const CONFIG = {
    showSendToCloud: false, plotlyServerURL: "", displaylogo: false, responsive: true,
    modeBarButtonsToRemove: ["lasso2d", "select2d"],
  };
  // The paper is clear, yet not black: plotly.js takes colours such as a Sankey's links from its lightness.
  const LIGHT = { ink: "#1d2329", soft: "#59636e", rule: "#e2e3df", accent: "#075d9a", paper: "rgba(253,253,252,0)" };
  const DARK = { ink: "#e3e6e8", soft: "#9da7b1", rule: "#2d343b", accent: "#7cbcf0", paper: "rgba(20,24,28,0)" };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const coarse = matchMedia("(pointer: coarse)");
  const palette = () => (dark.matches ? DARK : LIGHT);
  const plots = [...document.querySelectorAll(".chart-plot")];
  const states = new Map(plots.map((plot) => [plot, { spec: null, drawn: null }]));

  const others = document.querySelector(".others"), here = others?.querySelector("[aria-current]");
  if (here) others.scrollLeft = here.getBoundingClientRect().left - others.getBoundingClientRect().left - 16; // one row on a phone

  // What is folded away is drawn to its width when it is opened; on paper nothing is folded.
  const folds = [...document.querySelectorAll("details.more, details.on-paper")];
  const unfold = () => folds.forEach((fold) => { fold.open = true; });
  if (location.search === "?unfolded") { // as it will be printed
    unfold();
    document.body.classList.add("paper");
  }
  for (const fold of folds) {
    fold.addEventListener("toggle", () => fold.open && plots.filter((plot) => fold.contains(plot) && plot.dataset.drawn).forEach((plot) => draw(plot)));
  }

  let library = null;
  const plotly = () => (library ??= unpack());
  async function unpack() {
    const text = document.getElementById("plotly").textContent.trim();
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const whole = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
    const code = new Blob([await whole.blob()], { type: "text/javascript" });
    const script = document.createElement("script");
    script.src = URL.createObjectURL(code);
    await new Promise((done, failed) => {
      script.onload = done;
      script.onerror = () => failed(new Error("plotly.js could not be unpacked"));
      document.head.append(script);
    });
    URL.revokeObjectURL(script.src);
    return window.Plotly;
  }

  // Marks, lines and intervals that are drawn in ink are light on dark paper; texts on bars stay as they are.
  function inked(part, ink) {
    for (const [name, value] of Object.entries(part)) {
      if (value === LIGHT.ink) part[name] = ink;
      else if (["marker", "line", "error_x", "error_y"].includes(name) && value) inked(value, ink);
    }
    return part;
  }

  function dressed(given, colours, width) {
    const layout = structuredClone(given ?? {});
    const titled = layout.title?.text || typeof layout.title === "string";
    Object.assign(layout, {
      paper_bgcolor: colours.paper, plot_bgcolor: colours.paper,
      margin: { t: titled ? 64 : 28, r: 24, b: 56, l: 64, ...layout.margin }, autosize: (width ?? layout.width) === undefined, width: width ?? layout.width,
      font: { family: getComputedStyle(document.body).fontFamily, ...layout.font, color: colours.ink },
      modebar: { bgcolor: colours.paper, color: colours.soft, activecolor: colours.accent },
    });
    layout.legend = { ...layout.legend, bgcolor: colours.paper };
    // On a phone rows have their names within the plot: no line is drawn through these.
    const opaque = colours.paper.replace(/, *0\)$/, ", 1)");
    for (const note of layout.annotations ?? []) if (note.name === "row") note.bgcolor = opaque;
    const template = ((layout.template ??= {}).layout ??= {});
    template.shapedefaults = { ...template.shapedefaults, line: { ...template.shapedefaults?.line, color: colours.soft } };
    template.annotationdefaults = { ...template.annotationdefaults, arrowcolor: colours.soft };
    if (coarse.matches) layout.dragmode = false; // a finger on a figure scrolls the page
    const names = new Set(["xaxis", "yaxis", ...Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))]);
    for (const name of names) {
      const axis = { gridcolor: colours.rule, linecolor: colours.soft, zerolinecolor: colours.rule, tickcolor: colours.soft };
      layout[name] = { automargin: true, ...layout[name], ...axis };
    }
    return layout;
  }

  async function draw(plot, colours = palette(), width) {
    const state = states.get(plot);
    const given = plot.closest(".chart").querySelector("script");
    state.spec ??= JSON.parse(given.textContent);
    const Plotly = await plotly();
    const chart = plot.closest(".chart"), room = width ?? (chart.clientWidth || document.querySelector("main").clientWidth); // none while it is folded away
    const shown = room < MADE_FOR ? relaid(state.spec, room) : state.spec;
    beside(chart, shown);
    state.narrow = Boolean(shown.narrow);
    chart.classList.toggle("narrow", state.narrow);
    const scale = Math.min(1, room / (shown.layout?.width ?? room));
    plot.style.height = `${Math.ceil(shown.layout?.height ?? 450)}px`;
    plot.style.width = scale < 1 ? `${shown.layout.width}px` : "";
    plot.style.transform = scale < 1 ? `scale(${scale})` : "";
    plot.style.marginBottom = scale < 1 ? `${(scale - 1) * (shown.layout?.height ?? 450)}px` : "";
    // Drawn anew each time: a redraw moves a Sankey in a transition that a print does not wait for.
    await Plotly.newPlot(plot, {
      data: structuredClone(shown.data).map((trace) => inked(trace, colours.ink)), layout: dressed(shown.layout, colours, width),
      frames: state.spec.frames, config: { ...CONFIG, staticPlot: width !== undefined, displayModeBar: state.narrow ? false : "hover", responsive: scale === 1 },
    });
    if (width === undefined) follow(plot); // drawing anew forgets who listens
    plot.dataset.drawn = "true";
  }

  // Where a figure is narrow its title and caption are text of the page, which wraps.
  function beside(chart, { narrow, title, subtitle, note }) {
    chart.querySelectorAll(":scope > :is(.chart-title, .chart-note)").forEach((old) => old.remove());
    if (!narrow) return;
    const make = (tag, words, ...inside) => {
      const made = document.createElement(tag);
      made.append(words, ...inside);
      return made;
    };
    const heading = make("p", title, ...(subtitle ? [make("span", subtitle)] : []));
    const about = make("details", make("summary", "How to read this figure"), make("p", note));
    heading.className = "chart-title";
    about.className = "chart-note";
    if (title) chart.prepend(heading);
    if (note) chart.append(about);
  }

  const PLACE = /^(tickets|timelines)\.html#[\w-]+$/; // in this report's own pages of tickets
  // A trace whose points lead somewhere has meta.links: the place of the address in a point's customdata.
  function addressOf(point) {
    const slot = point?.data?.meta?.links;
    const text = Number.isInteger(slot) && Array.isArray(point.customdata) ? point.customdata[slot] : null;
    if (typeof text !== "string") return null;
    if (PLACE.test(text)) return text;
    if (!URL.canParse(text)) return null; // from the data: absolute, and of the web
    const address = new URL(text);
    return ["http:", "https:"].includes(address.protocol) ? address.href : null;
  }

  function follow(plot) {
    let touched = null, at = -Infinity;
    const point = (event) => {
      const hand = event?.points?.some(addressOf) ? "pointer" : "";
      plot.querySelectorAll(".draglayer .drag").forEach((layer) => { layer.style.cursor = hand; });
    };
    plot.on("plotly_hover", point);
    plot.on("plotly_unhover", () => point(null));
    plot.on("plotly_click", (event) => {
      const aim = event.points?.find(addressOf);
      if (!aim) return;
      const name = `${aim.curveNumber} ${aim.pointNumber}`;
      if (coarse.matches) { // a finger's first touch only shows the numbers
        const echo = performance.now() - at < 500; // plotly.js hears one touch twice: as a touch, and as a mouse
        const first = touched !== name;
        [touched, at] = [name, performance.now()];
        if (first || echo) return;
      }
      const address = addressOf(aim);
      if (PLACE.test(address)) location.assign((document.getElementById("report").dataset.folder ?? "") + address);
      else window.open(address, "_blank", "noopener,noreferrer");
    });
  }

  function drawOnce(plot) {
    const state = states.get(plot);
    return (state.drawn ??= draw(plot).catch((error) => {
      const note = document.createElement("p");
      note.className = "lack";
      note.textContent = "This browser could not draw the figure; the sentence below describes it.";
      plot.replaceChildren(note);
      plot.closest(".chart").classList.remove("captioned");
      plot.style.height = "auto";
      console.error(error);
    }));
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      drawOnce(entry.target);
    }
  }, { rootMargin: "400px 0px" });
  plots.forEach((plot) => seen.observe(plot));

  // The rest follows when the browser is idle, so that a print finds every figure.
  const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 200));
  async function drawRest() {
    for (const plot of plots) {
      await new Promise((done) => idle(done));
      await drawOnce(plot);
    }
    document.body.dataset.ready = "true";
  }
  if (document.readyState === "complete") drawRest();
  else addEventListener("load", drawRest);

  const redraw = (colours, width) =>
    plots.filter((plot) => plot.dataset.drawn).forEach((plot) => draw(plot, colours, width));
  dark.addEventListener("change", () => redraw());
  let resized;
  addEventListener("resize", () => {
    clearTimeout(resized);
    resized = setTimeout(() => {
      const small = (plot) => plot.closest(".chart").clientWidth < MADE_FOR || states.get(plot).narrow;
      plots.filter((plot) => plot.dataset.drawn && small(plot)).forEach((plot) => draw(plot));
    }, 150);
  });
  const paper = document.body.classList.contains("paper"); // drawn to its size already
  addEventListener("beforeprint", () => { if (paper) return; unfold(); plots.forEach(drawOnce); redraw(LIGHT, PAPER_WIDTH); });
  addEventListener("afterprint", () => redraw());
})();
